{#- The filter of the periods that a test looks at: in a run those that it writes, of the tested model or,
    for a test of a source, of any; else all of them, or all that are not stale where gold is compared to silver. -#}
{% macro in_tested_periods(current=false) -%}
    {%- set plans = graph.get('period_plans', {}) if execute else {} -%}
    {%- set tested = plans.get(looking_test().attached_node) -%}
    {%- set builds = plans.values() | selectattr('builds') | list if not tested else [tested] if tested.builds else [] -%}
    {%- if builds -%}
        {{ return(periods_filter(builds | map(attribute='periods') | sum(start=[]) | unique | sort)) }}
    {%- endif -%}
    {{ return('not ' ~ periods_filter(tested.stale) if current and tested else 'true') }}
{%- endmacro %}
