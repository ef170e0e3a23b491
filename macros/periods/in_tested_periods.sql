{#- The filter of the periods that a test looks at: in a run those that it writes, of the tested model or,
    for a test of a source, of any; else all of them. Where gold is compared to silver, those are left out that are held, or stale for
    silver or the code changed: not those that somebody else wrote, or nobody tested. -#}
{% macro in_tested_periods(current=false) -%}
    {%- set plans = graph.get('period_plans', {}) if execute else {} -%}
    {%- set tested = plans.get(looking_test().attached_node) -%}
    {%- set builds = plans.values() | selectattr('builds') | list if not tested else [tested] if tested.builds else [] -%}
    {%- if builds -%}
        {{ return(periods_filter(builds | map(attribute='periods') | sum(start=[]) | unique | sort)) }}
    {%- endif -%}
    {%- set outdated = tested.held.keys() | list if tested and current else [] -%}
    {%- for period, why in (tested.why if tested else {}).items() if current and not why.startswith(('written', 'untested')) -%}
        {%- do outdated.append(period) -%}
    {%- endfor -%}
    {{ return('not ' ~ periods_filter(outdated) if outdated else 'true') }}
{%- endmacro %}
