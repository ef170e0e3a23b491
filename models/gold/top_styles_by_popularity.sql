with

reviews as (

    select * from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

reviewed_styles as (

    select
        beer_style,
        review_year,
        review_month,
        count(*) as total_reviews,
        {{ exact_avg('review_overall') }} as avg_rating
    from reviews
    where beer_style is not null
    group by beer_style, review_year, review_month
    having count(*) >= {{ var('min_reviews') }}

),

ranked_styles as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by total_reviews desc, avg_rating desc nulls last, beer_style asc
        ) as period_rank
    from reviewed_styles

)

select * from ranked_styles
