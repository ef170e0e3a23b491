with

reviews as (

    select
        coalesce(state, 'Unknown') as state,
        review_year,
        review_month
    from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

state_volumes as (

    select
        state,
        count(*) as total_reviews,
        review_year,
        review_month
    from reviews
    group by state, review_year, review_month

),

ranked_states as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by total_reviews desc, state asc
        ) as period_rank
    from state_volumes

)

select * from ranked_states
