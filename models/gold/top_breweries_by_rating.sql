with

reviews as (

    select * from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

rated_breweries as (

    select
        brewery_id,
        review_year,
        review_month,
        {{ latest('brewery_name') }} as brewery_name,
        {{ exact_avg('review_overall') }} as avg_rating,
        count(*) as total_reviews
    from reviews
    where brewery_id is not null
    group by brewery_id, review_year, review_month
    having count(*) >= {{ var('min_reviews') }} and count(review_overall) > 0

),

ranked_breweries as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by avg_rating desc, total_reviews desc, brewery_id asc
        ) as period_rank
    from rated_breweries

)

select * from ranked_breweries
