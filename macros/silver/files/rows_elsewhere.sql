{#- The query for the years and months of rows outside of some periods, how many they are, and an example: the value of
    the first column that the source's documentation does not call personal. -#}
{% macro rows_elsewhere(state, periods, source) %}
    {%- set columns = source.columns.values() | rejectattr('config.meta.personal', 'defined') | map(attribute='name') | list + ['review_year'] -%}
    select
        review_year,
        review_month,
        count(*) as total_rows,
        '{{ columns[0] }}' as example_column,
        cast(min({{ adapter.quote(columns[0]) }}) as string) as example
    from {{ state.reads }}
    where not {{ periods_filter(periods) }} or review_year is null or review_month is null
    group by review_year, review_month
{% endmacro %}
