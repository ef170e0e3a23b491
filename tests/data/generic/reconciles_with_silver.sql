{% test reconciles_with_silver(model, key, at_least=1) %}

with

silver_groups as (

    select
        review_year,
        review_month,
        count(*) as total_reviews
    from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ key }} is not null and {{ in_tested_periods(current=true) }}
    group by review_year, review_month, {{ key }}
    having count(*) >= {{ at_least }}

),

expected as (

    select
        review_year,
        review_month,
        count(*) as total_rows,
        sum(total_reviews) as total_reviews
    from silver_groups
    group by review_year, review_month

),

found as (

    select
        review_year,
        review_month,
        count(*) as total_rows,
        sum(total_reviews) as total_reviews
    from {{ model }}
    where {{ in_tested_periods(current=true) }}
    group by review_year, review_month

)

select * from expected
full outer join found using (review_year, review_month)
where
    expected.total_rows is distinct from found.total_rows
    or expected.total_reviews is distinct from found.total_reviews

{% endtest %}
