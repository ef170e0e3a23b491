{#- The period of a year and a month; none if they name no month. -#}
{% macro period_of(year, month) %}
    {%- if year is none or month is none or not 1 <= year <= 9999 or not 1 <= month <= 12 -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return('%04d-%02d' % (year, month)) }}
{% endmacro %}
