with

reviews as (

    select * from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

drinkers as (

    select
        profile_id,
        review_year,
        review_month,
        {{ latest('profile_name') }} as profile_name,
        coalesce({{ latest('state') }}, 'Unknown') as state,
        count(*) as total_reviews,
        {{ exact_avg('review_overall') }} as avg_rating
    from reviews
    where profile_id is not null
    group by profile_id, review_year, review_month

),

ranked_drinkers as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by total_reviews desc, avg_rating desc nulls last, profile_id asc
        ) as period_rank
    from drinkers

)

select * from ranked_drinkers
