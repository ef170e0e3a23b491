{#- Puts into each model's result the periods that are stale all the same, each with the reason: the runner finds them there. -#}
{% macro tell_left(results) %}
    {%- for result in results if result.node.unique_id in graph.period_plans -%}
        {%- set plan, left = graph.period_plans[result.node.unique_id], {} -%}
        {%- for period in plan.left -%}
            {%- do left.update({period: plan.why[period]}) -%}
        {%- endfor -%}
        {%- do result.adapter_response.update({'left': left}) -%}
    {%- endfor -%}
{% endmacro %}
