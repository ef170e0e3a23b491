{% test reconciles_with_silver(model, key, at_least=1, rated=false) %}

with

counted as (

    select
        review_year,
        review_month,
        {{ key }} as counted_key,
        1 as in_silver,
        review_overall is not null as is_rated,
        0 as in_gold
    from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ key }} is not null and {{ in_tested_periods(current=true) }}

    union all

    select
        review_year,
        review_month,
        {{ key }} as counted_key,
        0 as in_silver,
        false as is_rated,
        total_reviews as in_gold
    from {{ model }}
    where {{ in_tested_periods(current=true) }}

),

compared as (

    select
        review_year,
        review_month,
        counted_key,
        sum(in_silver) as in_silver,
        max(is_rated) as is_rated,
        sum(in_gold) as in_gold
    from counted
    group by review_year, review_month, counted_key

)

select * from compared
where in_gold != if(in_silver >= {{ at_least }}{{ ' and is_rated' if rated }}, in_silver, 0)

{% endtest %}
