{#- Stops before a write to a table whose columns are not the contract's, in its order. -#}
{% macro assert_table_is_contract(relation, table) %}
    {%- set found, contract = [], [] -%}
    {%- for column in table.columns -%}
        {%- do found.append(column.name ~ ' ' ~ column.type) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- do contract.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- if found != contract -%}
        {%- do exceptions.raise_compiler_error(
            'table ' ~ relation ~ ' has (' ~ found | join(', ') ~ '), its contract (' ~ contract | join(', ')
            ~ '): bring the table in line with ALTER TABLE, then run dbt with --full-refresh'
        ) -%}
    {%- endif -%}
{% endmacro %}
