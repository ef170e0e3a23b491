{% test ranked_in_period(model) %}

select
    review_year,
    review_month,
    count(*) as total_rows,
    count(distinct period_rank) as total_ranks,
    min(period_rank) as first_rank,
    max(period_rank) as last_rank
from {{ model }}
where {{ in_tested_periods() }}
group by review_year, review_month
having first_rank != 1 or last_rank != total_rows or total_ranks != total_rows

{% endtest %}
