{#- By hand: dbt run-operation release --args '{table: T, periods: ["2010-12"]}', or all that are held. The next run builds
    those of them that are stale. -#}
{% macro release(table, periods='all', because='', by='') %}
    {%- set node = model_named(table) -%}
    {%- set plan = present_plan(node) -%}
    {%- if periods == 'all' and not plan.held -%}
        {%- do log('No month of ' ~ table ~ ' is held', info=true) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set periods = held_names(periods, plan.held) -%}
    {%- for period in periods if period not in plan.held -%}
        {%- do exceptions.raise_compiler_error(period ~ ' of ' ~ table ~ ' is not held') -%}
    {%- endfor -%}
    {%- for period in periods -%}
        {%- do plan.held.pop(period) -%}
    {%- endfor -%}
    {%- do commit_by_hand(node, plan, {'dm.periods': ''}, 'released', periods, who(by) ~ (': ' ~ because if because else '')) -%}
{% endmacro %}
