{#- For each table that the run built: `main`, the snapshot that readers see, `branch`, the one that the run wrote,
    `rows`, how many rows that wrote, and `own`, whether that is the model's own commit; none if not there. From metadata alone, and without a join: Spark would
    take twice as long. -#}
{% macro run_states(models) %}
    {%- set queries, found, written = [], {}, {} -%}
    {%- for node in models -%}
        {%- do found.update({node.unique_id: {'main': none, 'branch': none, 'rows': none, 'own': false}}) -%}
        {%- if adapter.get_relation(node.database, node.schema, node.alias) and not graph.period_plans[node.unique_id].lost -%}
            {%- set query -%}
                select '{{ node.unique_id }}' as model, name, snapshot_id, null as rows
                from {{ node.relation_name }}.refs
                where name in ('main', '{{ audit_branch() }}')
                union all
                select '{{ node.unique_id }}', null, snapshot_id, cast(summary['added-records'] as bigint)
                from {{ node.relation_name }}.snapshots
                where summary['dm.run-id'] = {{ sql_string(run_id()) }}
            {%- endset -%}
            {%- do queries.append(query) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in (run_query(queries | join('\nunion all\n')).rows if queries else []) -%}
        {%- if row.name -%}
            {%- do found[row.model].update({'main' if row.name == 'main' else 'branch': row.snapshot_id}) -%}
        {%- else -%}
            {%- do written.update({row.snapshot_id: row.rows or 0}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for state in found.values() if state.branch -%}
        {%- do state.update({'rows': written.get(state.branch), 'own': state.branch in written}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
