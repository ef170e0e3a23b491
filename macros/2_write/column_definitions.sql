{#- Columns as CREATE TABLE takes them, of their documentation: names, types, not null, and comments. -#}
{% macro column_definitions(columns) %}
    {%- for column in columns.values() %}
    {{ adapter.quote(column.name) }} {{ column.data_type }}
    {{- ' not null' if column.constraints | selectattr('type', 'equalto', 'not_null') | list }}
    {{- ' comment ' ~ sql_string(column.description) }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}
