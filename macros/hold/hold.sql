{#- By hand: dbt run-operation hold --args '{table: T, periods: ["2010-12"], because: "..."}'. No run builds these months
    until they are released, or, with until: silver, until their reviews change. -#}
{% macro hold(table, periods, because, until='release', by='') %}
    {%- set node = model_named(table) -%}
    {%- set plan = present_plan(node) -%}
    {%- set periods = held_names(periods, plan.inputs, plan) -%}
    {%- do plan.held.update(said_of_held(periods, plan, because, until, by)) -%}
    {%- do commit_by_hand(node, plan, {'dm.periods': ''}, 'held', periods, who(by) ~ ': ' ~ because) -%}
{% endmacro %}
