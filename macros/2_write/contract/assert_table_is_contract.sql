{#- Stops before a write to a table whose columns are not the contract's, in its order, and says what brings it in line. -#}
{% macro assert_table_is_contract(relation, table) %}
    {%- if not is_contract(table) -%}
        {%- set changes = contract_changes(model, table) -%}
        {%- do exceptions.raise_compiler_error(
            'table ' ~ relation ~ ' is not as its contract says. '
            ~ ('Iceberg does not change ' ~ changes.impossible | join(', ') ~ ' in place. dm drop ' ~ model.name ~ ' drops the table, and the next run builds it anew' if changes.impossible
            else 'dm migrate ' ~ model.name ~ ' brings it in line, by: ' ~ changes.statements | join('; '))
        ) -%}
    {%- endif -%}
{% endmacro %}
