{#- The filter of the periods that a test of a gold table looks at: in a build those that the run wrote,
    else all of them, or all that are not stale where the test compares the table with silver. -#}
{% macro in_tested_periods(current=false) -%}
    {%- set plan = graph.get('period_plans', {}).get(model.attached_node) -%}
    {%- if not plan -%}
        {{ return('true') }}
    {%- elif flags.WHICH == 'build' -%}
        {{ return(periods_filter(plan.periods)) }}
    {%- endif -%}
    {{ return('not ' ~ periods_filter(plan.stale) if current else 'true') }}
{%- endmacro %}
