{#- For people: '2 periods (2010-12, 2011-01)'; of many, the first and the last. -#}
{% macro periods_in_words(periods) %}
    {%- if not periods -%}
        {{ return('nothing to build') }}
    {%- endif -%}
    {%- set names = periods if periods | length <= 3 else [periods[0], '...', periods[-1]] -%}
    {{ return(periods | length ~ ' period' ~ ('s' if periods | length > 1) ~ ' (' ~ names | join(', ') ~ ')') }}
{% endmacro %}
