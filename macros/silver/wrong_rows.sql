{#- Says of a source that it has rows of no month: how many, and an example of them. None if it has none. -#}
{% macro wrong_rows(state) %}
    {%- if not state.wrong -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set total, examples = state.wrong | sum(attribute='total_rows'), [] -%}
    {%- for row in (state.wrong | list)[:3] -%}
        {%- do examples.append(
            'review_year ' ~ ('null' if row.review_year is none else row.review_year)
            ~ ', review_month ' ~ ('null' if row.review_month is none else row.review_month)
            ~ ' (' ~ row.total_rows ~ ', such as ' ~ row.example_column ~ ' ' ~ row.example ~ ')'
        ) -%}
    {%- endfor -%}
    {%- do examples.append('...') if state.wrong | length > 3 -%}
    {{ return(
        state.relation ~ ' has ' ~ total ~ ' row' ~ ('s' if total > 1) ~ ' of no month, which no table counts: '
        ~ examples | join('; ') ~ '. Mend review_year and review_month there'
    ) }}
{% endmacro %}
