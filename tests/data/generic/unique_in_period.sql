{% test unique_in_period(model, key) %}

select
    review_year,
    review_month,
    {{ key }},
    count(*) as total_rows
from {{ model }}
where {{ in_tested_periods() }}
group by all
having count(*) > 1

{% endtest %}
