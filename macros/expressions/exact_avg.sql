{#- The mean of ratings, the same to the last bit in whatever order the rows come: a sum of doubles is
    not, so millionths are added up as integers, and divided once. -#}
{% macro exact_avg(column) -%}
    sum(cast(rint({{ column }} * 1e6) as bigint)) / (1e6 * count({{ column }}))
{%- endmacro %}
