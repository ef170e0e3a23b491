{#- A table whose columns are not those of its contract would have to be altered before a branch of it could have the new ones; and
    then readers saw that. So a preview on one machine builds such a table anew, in a schema that goes with its end, and compares it
    with the one that readers see, as one from a laptop does. -#}
{% macro write_aside(models) %}
    {%- if var('preview') and target.name == 'local' -%}
        {%- for node in models if node.unique_id in selected_resources -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- set table = describe_table(node.relation_name) if relation and not is_unreadable(relation) else none -%}
            {%- set changes = contract_changes(node, table) if table else {} -%}
            {%- if changes.statements or changes.impossible -%}
                {%- set there = {} -%}
                {%- for column in table.columns -%}{%- do there.update({column.name: column.type}) -%}{%- endfor -%}
                {%- do graph.seen_by_readers.update({node.unique_id: dict(node, there=there)}) -%}
                {%- do graph.set_aside.update({node.unique_id: changes}) -%}
                {%- do node.update({'schema': aside_schema(), 'relation_name': aside_schema() ~ '.' ~ node.alias}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do run_query('create schema if not exists ' ~ aside_schema()) if graph.set_aside -%}
    {%- endif -%}
{% endmacro %}
