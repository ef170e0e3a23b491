{% test unique_across_periods(model, key) %}

with

counted as (

    select
        {{ key }},
        review_year,
        review_month,
        count(*) over (partition by {{ key }}) as total_rows
    from {{ model }}

)

select * from counted
where total_rows > 1

{% endtest %}
