{% test true_of_every_row(model, conditions) %}

select *
from {{ model }}
where {{ in_tested_periods() }} and not coalesce({{ conditions | join(' and ') }}, false)

{% endtest %}
