{#- SQL for the period of a row, or of a file's partition: '2010-12'. -#}
{% macro period_of(row) -%}
    concat(lpad({{ row }}.review_year, 4, '0'), '-', lpad({{ row }}.review_month, 2, '0'))
{%- endmacro %}
