{#- A query for the rows of a model that have no value in a column that needs one. -#}
{% macro rows_with_nulls(node) -%}
    {%- set filters = [] -%}
    {%- for column in node.columns.values() if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do filters.append(column.name ~ ' is null') -%}
    {%- endfor -%}
    select * from ({{ node.compiled_code }}) where {{ filters | join(' or ') }}
{%- endmacro %}
