{#- A text as a Spark SQL string literal. -#}
{% macro sql_string(text) -%}
    {{ return("'" ~ text | trim | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") }}
{%- endmacro %}
