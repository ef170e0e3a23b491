{#- The incremental models that the command selects, itself or by a test. -#}
{% macro planned_models() %}
    {%- set ids = [] -%}
    {%- for id in selected_resources -%}
        {%- do ids.append(id) -%}
        {%- do ids.append(graph.nodes.get(id, {}).get('attached_node')) -%}
    {%- endfor -%}
    {%- set models = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='name') -%}
        {%- if node.unique_id in ids and node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
            {%- do models.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(models) }}
{% endmacro %}
