{#- dbt run-operation maintain: old audit branches go, small files are put together, and old snapshots and
    files that nothing refers to are removed. What a branch or a tag holds is kept, and nothing becomes stale. -#}
{% macro maintain(branch_days=7, snapshot_days=30, orphan_days=3) %}
    {%- for node in graph.nodes.values() | sort(attribute='name') if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- if adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- do maintain_table(node, branch_days, snapshot_days, orphan_days) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
