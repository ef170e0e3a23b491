{#- The plan of each of some models, by its unique_id. They come in the order of planned_models(): a gold model that reads
    another one reads it as this run will leave it. -#}
{% macro model_plans(models, sources) %}
    {#- What an earlier command of this process pinned is no part of a model's SQL: the graph may be the same one. -#}
    {%- do graph.update({'pinned_sources': {}}) -%}
    {%- set tables, plans = table_states(models), {} -%}
    {%- for node in models -%}
        {%- do plans.update({node.unique_id: plan_model(node, dict(sources, **plans), tables[node.unique_id])}) -%}
    {%- endfor -%}
    {{ return(plans) }}
{% endmacro %}
