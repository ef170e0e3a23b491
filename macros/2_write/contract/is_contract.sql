{#- Whether a table has the columns of the model's contract, in its order and of its types. -#}
{% macro is_contract(table) %}
    {%- set found, contract = [], [] -%}
    {%- for column in table.columns -%}
        {%- do found.append(column.name ~ ' ' ~ column.type) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- do contract.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {{ return(found == contract) }}
{% endmacro %}
