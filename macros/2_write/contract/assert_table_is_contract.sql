{#- Stops before a write to a table whose columns are not the contract's, in its order, and says what brings it in line. -#}
{% macro assert_table_is_contract(relation, table) %}
    {%- if not is_contract(table) -%}
        {%- set changes = contract_changes(model, table) -%}
        {#- A job on AWS does the first; the second is for who may delete there. -#}
        {%- set by_job = target.name == 'emr' -%}
        {%- set drop = 'drop table ' ~ relation ~ ' in Athena' if by_job else 'dm drop ' ~ model.name ~ ' drops the table' -%}
        {%- do exceptions.raise_compiler_error(
            'table ' ~ relation ~ ' is not as its contract says. '
            ~ ('Iceberg does not change ' ~ changes.impossible | join(', ') ~ ' in place. ' ~ drop ~ ', and the next run builds it anew' if changes.impossible
            else 'dm migrate ' ~ model.name ~ (' --target aws' if by_job) ~ ' brings it in line, by: ' ~ changes.statements | join('; '))
        ) -%}
    {%- endif -%}
{% endmacro %}
