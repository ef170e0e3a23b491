with

reviews as (

    select
        review_year,
        review_month,
        coalesce(state, 'Unknown') as state
    from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

state_volumes as (

    select
        state,
        review_year,
        review_month,
        count(*) as total_reviews
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
