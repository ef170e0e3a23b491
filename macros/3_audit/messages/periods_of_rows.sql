{#- A query for the months of some rows, with one row of each as an example; a query without months gives one. -#}
{% macro periods_of_rows(query) -%}
    select
        concat(get_json_object(example, '$.review_year'), '-', lpad(get_json_object(example, '$.review_month'), 2, '0')) as period,
        min(example) as example
    from (select to_json(struct(*)) as example from ({{ query }}))
    group by period
    order by period
{%- endmacro %}
