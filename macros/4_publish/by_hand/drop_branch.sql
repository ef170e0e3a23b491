{#- By hand: dbt run-operation drop_branch --args '{table: T, branch: B}'. -#}
{% macro drop_branch(table, branch) %}
    {%- set node = model_named(table) -%}
    {%- do kept_branch(node, branch) -%}
    {%- do run_query(publish_statements([], [node], branch)) -%}
    {%- do log('Dropped ' ~ branch ~ ' of ' ~ table, info=true) -%}
{% endmacro %}
