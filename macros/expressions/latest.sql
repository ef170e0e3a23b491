{#- The column's value in the latest review of the group that has one. -#}
{% macro latest(column) -%}
    max_by({{ column }}, struct(updated_at, review_id)) filter (where {{ column }} is not null)
{%- endmacro %}
