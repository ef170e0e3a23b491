{#- For each model, the map period -> input fingerprint that its table was built from: that of the
    newest snapshot in main's history that carries one, for maintenance writes snapshots without. -#}
{% macro built_inputs(models) %}
    {%- set found = {} -%}
    {%- set queries = [] -%}
    {%- for node in models -%}
        {%- do found.update({node.unique_id: {}}) -%}
        {%- if adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- set query -%}
                select
                    '{{ node.unique_id }}' as model,
                    max_by(snapshots.summary['dm.inputs'], history.made_current_at) as inputs
                from {{ node.relation_name }}.history
                inner join {{ node.relation_name }}.snapshots using (snapshot_id)
                where history.is_current_ancestor and snapshots.summary['dm.inputs'] is not null
            {%- endset -%}
            {%- do queries.append(query) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query(queries | join('\nunion all\n')).rows if row.inputs -%}
            {%- do found.update({row.model: fromjson(row.inputs)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
