{#- What a run that builds nothing would know of a table, and record: see plan_model(). -#}
{% macro present_plan(node) %}
    {%- set models = planned_models([node.unique_id]) -%}
    {%- set plan = model_plans(models, source_states(models))[node.unique_id] -%}
    {%- if not plan.main -%}
        {%- do exceptions.raise_compiler_error(node.name ~ ' is not built yet' if not plan.lost else node.name ~ ' cannot be read') -%}
    {%- endif -%}
    {{ return(plan) }}
{% endmacro %}
