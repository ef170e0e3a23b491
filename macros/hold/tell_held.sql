{#- Says which of the months that a run would build of a table it leaves out, for somebody holds them. -#}
{% macro tell_held(node, plan) %}
    {%- set out = {} -%}
    {%- for period, said in plan.held.items() if said.why or plan.asked == 'all' or (plan.asked is not string and period in plan.asked) -%}
        {%- do out.setdefault(held_in_words(said), []).append(period) -%}
    {%- endfor -%}
    {%- for words, periods in out.items() -%}
        {%- do log(node.name ~ ': left out ' ~ periods_in_words(periods) ~ ', ' ~ words, info=true) -%}
    {%- endfor -%}
{% endmacro %}
