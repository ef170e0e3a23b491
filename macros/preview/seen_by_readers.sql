{#- The node of the table that readers see: a model's own. A preview from a schema of one's own looks at production's table, if it is
    there: its state tells what is stale, and its rows are what the preview's are compared with. `there` has its columns. -#}
{% macro seen_by_readers(node) %}
    {%- if not (var('preview') and target.name == 'connect') -%}
        {{ return(node) }}
    {%- endif -%}
    {%- set known = graph.setdefault('seen_by_readers', {}) -%}
    {%- if node.unique_id not in known -%}
        {%- set production = adapter.get_relation(none, 'dm_gold', node.alias) if has_schema('dm_gold') else none -%}
        {%- set columns = describe_table(production).columns if production and not is_unreadable(production) else [] -%}
        {%- do known.update({node.unique_id: dict(
            node, schema='dm_gold', relation_name='dm_gold.' ~ node.alias, there=columns | map(attribute='name') | list
        ) if production else node}) -%}
    {%- endif -%}
    {{ return(known[node.unique_id]) }}
{% endmacro %}
