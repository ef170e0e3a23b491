{#- Whether a node is a gold model: incremental, in models/gold of this project. All others are dbt's own business. -#}
{% macro is_gold(node) %}
    {{ return(
        node.resource_type == 'model' and node.package_name == project_name
        and node.config.materialized == 'incremental' and node.fqn[1] == 'gold'
    ) }}
{% endmacro %}
