{#- The node of the table that readers see: a model's own. A preview that writes elsewhere looks at production's table, if it is
    there: its state tells what is stale, and its rows are what the preview's are compared with. `there` has its columns, from name
    to type. It writes elsewhere on target `connect`, to a schema of one's own, and where write_aside() says so. -#}
{% macro seen_by_readers(node) %}
    {%- set known = graph.setdefault('seen_by_readers', {}) -%}
    {%- if node.unique_id in known -%}
        {{ return(known[node.unique_id]) }}
    {%- elif not (var('preview') and target.name == 'connect') -%}
        {{ return(node) }}
    {%- endif -%}
    {%- set production, there = adapter.get_relation(none, 'dm_gold', node.alias) if has_schema('dm_gold') else none, {} -%}
    {%- for column in (describe_table(production).columns if production and not is_unreadable(production) else []) -%}
        {%- do there.update({column.name: column.type}) -%}
    {%- endfor -%}
    {%- do known.update({node.unique_id: dict(node, schema='dm_gold', relation_name='dm_gold.' ~ node.alias, there=there) if production else node}) -%}
    {{ return(known[node.unique_id]) }}
{% endmacro %}
