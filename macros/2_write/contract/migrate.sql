{#- By hand: dbt run-operation migrate --args '{table: T}'. Brings the table in line with its contract: its columns are added, widened,
    reordered or dropped, without a row written. With dry_run, the statements are told alone. -#}
{% macro migrate(table, dry_run=false) %}
    {%- set node = model_named(table) -%}
    {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if not there or is_unreadable(there) -%}
        {%- do exceptions.raise_compiler_error(table ~ (' cannot be read' if there else ' is not built yet: the next run makes it as its contract says')) -%}
    {%- endif -%}
    {%- set changes = contract_changes(node, describe_table(node.relation_name)) -%}
    {%- if changes.impossible -%}
        {%- do exceptions.raise_compiler_error(
            table ~ ': Iceberg does not change ' ~ changes.impossible | join(', ') ~ ' in place. Give the column another name, or drop it first'
        ) -%}
    {%- endif -%}
    {%- for statement in changes.statements -%}
        {%- do log(statement, info=true) -%}
        {%- do run_query(statement) if not dry_run -%}
    {%- endfor -%}
    {%- do log(table ~ (' is as its contract says' if not (dry_run and changes.statements) else ': dm migrate ' ~ table ~ ' runs these'), info=true) -%}
{% endmacro %}
