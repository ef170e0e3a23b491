{% test ranked_in_period(model, key) %}

with

numbered as (

    select
        {{ key }},
        period_rank,
        row_number() over (partition by review_year, review_month order by period_rank) as expected_rank,
        count(*) over (partition by review_year, review_month, {{ key }}) as rows_of_key,
        review_year,
        review_month
    from {{ model }}

)

select * from numbered
where period_rank is distinct from expected_rank or rows_of_key > 1

{% endtest %}
