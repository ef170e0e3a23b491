{#- By hand: dbt run-operation release --args '{table: T, periods: ["2010-12"]}', or all that are held. The next run builds
    those of them that are stale. Of months that nobody holds it says so: a release that died on its way is done once more. -#}
{% macro release(table, periods='all', because='', by='') %}
    {%- set node = model_named(table) -%}
    {%- set plan = present_plan(node) -%}
    {%- set named = plan.held.keys() | list if periods == 'all' else valid_periods(periods) -%}
    {%- set free = named | reject('in', plan.held) | list -%}
    {%- if free or not named -%}
        {%- do log((periods_in_words(free) if free else 'No month') ~ ' of ' ~ table ~ (' are not held' if free | length > 1 else ' is not held' if free else ' is held'), info=true) -%}
    {%- endif -%}
    {%- set periods = named | select('in', plan.held) | list -%}
    {%- if periods -%}
        {%- for period in periods -%}
            {%- do plan.held.pop(period) -%}
        {%- endfor -%}
        {%- do commit_by_hand(node, plan, {'dm.periods': ''}, 'released', periods, who(by) ~ (': ' ~ because if because else '')) -%}
    {%- endif -%}
{% endmacro %}
