with

reviews as (

    select * from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

rated_beers as (

    select
        beer_id,
        review_year,
        review_month,
        {{ latest('beer_name') }} as beer_name,
        {{ latest('beer_style') }} as beer_style,
        {{ exact_avg('review_overall') }} as avg_rating,
        count(*) as total_reviews
    from reviews
    where beer_id is not null
    group by beer_id, review_year, review_month
    having count(*) >= {{ var('min_reviews') }} and count(review_overall) > 0

),

ranked_beers as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by avg_rating desc, total_reviews desc, beer_id asc
        ) as period_rank
    from rated_beers

)

select * from ranked_beers
