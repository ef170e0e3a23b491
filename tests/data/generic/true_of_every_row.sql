{% test true_of_every_row(model, conditions, columns=[]) %}

select
    {{ (columns + ['review_year', 'review_month']) | join(', ') if columns else '*' }}
from {{ model }}
where not coalesce({{ conditions | join(' and ') }}, false)

{% endtest %}
