{#- For each table that is there, the snapshot that its readers see; none if it has no rows yet. -#}
{% macro snapshots_of_main(models) %}
    {%- set queries, found = [], {} -%}
    {%- for node in models -%}
        {%- do found.update({node.unique_id: none}) -%}
        {%- do queries.append(
            "select '" ~ node.unique_id ~ "' as model, snapshot_id from " ~ node.relation_name ~ ".refs where name = 'main'"
        ) -%}
    {%- endfor -%}
    {%- for row in (run_query(queries | join('\nunion all\n')).rows if queries else []) -%}
        {%- do found.update({row.model: row.snapshot_id}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
