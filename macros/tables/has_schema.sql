{% macro has_schema(schema) %}
    {{ return(schema in run_query('show databases').columns[0].values()) }}
{% endmacro %}
