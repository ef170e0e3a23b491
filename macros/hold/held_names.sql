{#- The months that a person names for an operation: valid ones, in order; all of those that are known for 'all'. -#}
{% macro held_names(periods, known, plan) %}
    {%- set found = valid_periods(known | list if periods == 'all' else periods) -%}
    {%- set there = known | list + plan.now.keys() | list + plan.why.keys() | list + plan.held.keys() | list -%}
    {%- set nowhere = found | reject('in', there) | list -%}
    {%- if nowhere or not found -%}
        {%- do exceptions.raise_compiler_error('neither silver nor the table has ' ~ (periods_in_words(nowhere) if nowhere else 'a month')) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
