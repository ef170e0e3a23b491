{#- Warns of tables in the schemas of some nodes that cannot be read: they hinder nobody else. -#}
{% macro tell_unreadable(nodes) %}
    {%- for schema in nodes | map(attribute='schema') | unique | sort if has_schema(schema) -%}
        {%- for row in run_query('show tables in ' ~ schema).rows -%}
            {%- set relation = adapter.get_relation(none, schema, row.tableName) -%}
            {%- if relation and is_unreadable(relation) -%}
                {%- do exceptions.warn(relation ~ ' cannot be read: its metadata is damaged or gone, or out of reach. Other tables are built all the same') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
