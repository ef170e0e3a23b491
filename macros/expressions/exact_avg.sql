{#- The mean of ratings, the same to the last bit in whatever order the rows come: a sum of doubles is
    not, so millionths are added up as integers, and divided once; null without any. -#}
{% macro exact_avg(column) -%}
    sum(cast(rint({{ column }} * 1e6) as bigint)) / nullif(1e6 * count({{ column }}), 0)
{%- endmacro %}
