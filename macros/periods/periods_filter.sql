{#- SQL that holds for the rows of these periods: a list, or 'all' or 'stale' for every row. -#}
{% macro periods_filter(periods) -%}
    {%- if periods in ('all', 'stale') -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set years = {} -%}
    {%- for period in periods -%}
        {%- set year, month = period.split('-') -%}
        {%- do years.setdefault(year | int, []).append(month | int) -%}
    {%- endfor -%}
    {%- set filters = [] -%}
    {%- for year, months in years.items() -%}
        {%- do filters.append('(review_year = ' ~ year ~ ' and review_month in (' ~ months | join(', ') ~ '))') -%}
    {%- endfor -%}
    {{ return('(' ~ filters | join(' or ') ~ ')' if filters else 'false') }}
{%- endmacro %}
