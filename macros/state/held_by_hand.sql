{#- What a person said of held months, without what each plan adds to it. -#}
{% macro held_by_hand(held) %}
    {%- set found = {} -%}
    {%- for period, said in held.items() -%}
        {%- do found.update({period: dict(said)}) -%}
        {%- do found[period].pop('why', none) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
