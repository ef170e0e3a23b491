{#- For each model's table: `table`, its description; `main`, the snapshot that readers see; and `inputs`, the map
    period -> input fingerprint that its rows were built from: main's own, or, for other tools write snapshots
    without, that of the newest snapshot in main's history that carries one. -#}
{% macro table_states(models) %}
    {%- set found, own, inherited = {}, [], [] -%}
    {%- for node in models -%}
        {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- set lost = there and is_unreadable(there) -%}
        {%- set table = describe_table(node.relation_name) if there and not lost else none -%}
        {%- set main = table.snapshot if table else none -%}
        {%- do found.update({node.unique_id: {'table': table, 'main': main, 'inputs': none, 'sources': {}, 'columns': {}, 'left': [], 'code': none, 'lost': lost}}) -%}
        {%- if main -%}
            {%- do own.append(inputs_of_snapshot(node, main)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do add_inputs(found, own) -%}
    {%- for node in models if found[node.unique_id].main and found[node.unique_id].inputs is none -%}
        {%- do inherited.append(inputs_of_history(node)) -%}
    {%- endfor -%}
    {%- do add_inputs(found, inherited) -%}
    {{ return(found) }}
{% endmacro %}
