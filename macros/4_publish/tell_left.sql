{#- Puts into each model's result the periods that are stale all the same, each with the reason, those that wait for another
    run, and those that are held: the runner finds them there. -#}
{% macro tell_left(results) %}
    {%- for result in results if result.node.unique_id in graph.period_plans -%}
        {%- set plan, left, held = graph.period_plans[result.node.unique_id], {}, {} -%}
        {%- for period in plan.left if period in plan.why -%}
            {%- do left.update({period: plan.why[period]}) -%}
        {%- endfor -%}
        {%- for period, said in plan.held.items() -%}
            {%- do held.update({period: held_in_words(said)}) -%}
        {%- endfor -%}
        {%- do result.adapter_response.update({'left': left, 'later': plan.later, 'held': held}) -%}
    {%- endfor -%}
{% endmacro %}
