{#- The snapshot that a person means: one that readers have seen, by its number, by its run or the beginning of its id, or by a time in
    UTC at which they did. See dm/reading/past/states.py, which does it without Spark. -#}
{% macro snapshot_meant(node, to) %}
    {%- set to, runs = to | string | trim, [] -%}
    {%- set is_time = modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?', to) -%}
    {%- set zone = '' if modules.re.search('(Z|[T ].*[+-][0-9]{2}:?[0-9]{2})$', to) else ' UTC' -%}
    {%- set query -%}
        select
            history.snapshot_id,
            snapshots.snapshot_id is not null as kept,
            snapshots.summary['dm.run-id'] as run,
            coalesce(cast(history.snapshot_id as string) = {{ sql_string(to) }} or snapshots.summary['dm.run-id'] = {{ sql_string(to) }}, false) as named
        from {{ node.relation_name }}.history
        left join {{ node.relation_name }}.snapshots on history.snapshot_id = snapshots.snapshot_id
        {% if is_time -%}
        where history.made_current_at <= timestamp {{ sql_string(to ~ zone) }}
        {%- else -%}
        where cast(history.snapshot_id as string) = {{ sql_string(to) }}
            or startswith(snapshots.summary['dm.run-id'], {{ sql_string(to) }}) and {{ to | length }} > 0
            or snapshots.summary['dm.run-id'] = {{ sql_string(to) }}
        {%- endif %}
        order by named desc, history.made_current_at desc
    {%- endset -%}
    {%- set rows = run_query(query).rows -%}
    {%- if not rows or not rows[0].kept -%}
        {%- do exceptions.raise_compiler_error(node.name ~ ' of ' ~ to ~ ' is not kept, or readers never saw it') -%}
    {%- endif -%}
    {%- for row in rows if not is_time and not rows[0].named -%}{%- do runs.append(row.run) -%}{%- endfor -%}
    {%- if runs | unique | list | length > 1 -%}
        {%- do exceptions.raise_compiler_error('several runs of ' ~ node.name ~ ' begin with ' ~ to ~ ': give more of its id') -%}
    {%- endif -%}
    {{ return(rows[0].snapshot_id) }}
{% endmacro %}
