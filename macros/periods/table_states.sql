{#- For each model's table: `main`, the snapshot that readers see, and `inputs`, the map period -> input
    fingerprint that its rows were built from: that of the newest snapshot in main's history that carries
    one, for maintenance writes snapshots without. -#}
{% macro table_states(models) %}
    {%- set queries, found = [], {} -%}
    {%- for node in models -%}
        {%- do found.update({node.unique_id: {'main': none, 'inputs': {}}}) -%}
        {%- if adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- set query -%}
                select
                    '{{ node.unique_id }}' as model,
                    max_by(history.snapshot_id, history.made_current_at) as main,
                    max_by(snapshots.summary['dm.inputs'], history.made_current_at)
                        filter (where snapshots.summary['dm.inputs'] is not null) as inputs
                from {{ node.relation_name }}.history
                left join {{ node.relation_name }}.snapshots using (snapshot_id)
                where history.is_current_ancestor
            {%- endset -%}
            {%- do queries.append(query) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in (run_query(queries | join('\nunion all\n')).rows if queries else []) -%}
        {%- do found.update({row.model: {'main': row.main, 'inputs': fromjson(row.inputs) if row.inputs else {}}}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
