{#- One commit on main for what a person decided of a table: its state, and rows of an older snapshot for the months of a
    filter, if there are any. If main has moved since the plan, Iceberg refuses, and nothing has happened. -#}
{% macro commit_by_hand(node, plan, properties, action, periods, because, rows=none) %}
    {%- set branch = 'audit_by_hand_' ~ invocation_id[:8] -%}
    {%- set names = [] -%}
    {%- for name in node.columns -%}{%- do names.append(adapter.quote(name)) -%}{%- endfor -%}
    {%- set properties = dict(
        {
            'dm.run-id': run_id(), 'dm.code-version': env_var('DM_CODE_VERSION', ''), 'dm.action': action ~ ' by ' ~ because,
            'dm.decided': periods | join(',')
        },
        **dict(state_properties(plan), **properties)
    ) -%}
    {%- do run_query('alter table ' ~ node.relation_name ~ ' create branch ' ~ branch ~ ' as of version ' ~ plan.main) -%}
    {%- if rows -%}
        {%- do run_query('alter table ' ~ node.relation_name ~ ' create branch ' ~ branch ~ '_from as of version ' ~ rows.snapshot) -%}
        {%- set insert -%}
            insert into {{ node.relation_name }}.branch_{{ branch }}
            with ({{ as_snapshot_properties(properties) }})
            replace where {{ rows.filter }}
            select {{ names | join(', ') }} from {{ node.relation_name }}.branch_{{ branch }}_from where {{ rows.filter }}
        {%- endset -%}
        {%- do run_query(insert) -%}
        {%- do run_query('alter table ' ~ node.relation_name ~ ' drop branch ' ~ branch ~ '_from') -%}
    {%- else -%}
        {%- do commit_properties(node.relation_name, branch, properties) -%}
    {%- endif -%}
    {%- do publish_by_hand(node, branch) -%}
    {%- do keep_held(node, plan.held) -%}
    {%- do log(node.name ~ ': ' ~ periods_in_words(periods) ~ ' ' ~ action ~ ' by ' ~ because, info=true) -%}
{% endmacro %}
