{#- dbt run-operation maintain: old audit branches go, small files are put together, and old snapshots and
    files that nothing refers to are removed. What a branch or a tag holds is kept, and nothing becomes stale. -#}
{% macro maintain(branch_days=7, snapshot_days=30, orphan_days=3) %}
    {#- A run that was interrupted in this session has left it behind. -#}
    {%- do run_query('reset `spark.wap.branch`') -%}
    {%- set tables = gold_models() -%}
    {%- do tell_unreadable(tables) -%}
    {%- for node in tables + [run_history()] -%}
        {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if there and not is_unreadable(there) -%}
            {%- do tell_decided([node]) if node.resource_type == 'model' -%}
            {%- do maintain_table(node, branch_days, snapshot_days, orphan_days) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
