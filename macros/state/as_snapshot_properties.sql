{#- Properties for the summary of the snapshot that an INSERT makes: the list in its WITH clause. -#}
{% macro as_snapshot_properties(properties) -%}
    {%- for name, value in properties.items() %}
        'snapshot-property.{{ name }}' = {{ sql_string(value) }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
