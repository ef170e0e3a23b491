{#- The filter of the periods that the run builds of this model. Outside a run (compile, show, docs,
    unit tests) it is the filter of those asked for by name, else `true`. -#}
{% macro in_periods() -%}
    {%- if not execute or model.resource_type != 'model' -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set plan = graph.get('period_plans', {}).get(model.unique_id) -%}
    {{ return(periods_filter(plan.periods if plan else asked_periods(model.name))) }}
{%- endmacro %}
