{#- A query that gives a row for a test: how many failures, whether they are errors or warnings, the months of the rows
    that fail, and one of these rows. -#}
{% macro test_summary(test) %}
    {%- set failures = test.config.fail_calc -%}
    select
        '{{ test.unique_id }}' as test,
        cast({{ failures }} as bigint) as failures,
        {{ failures }} {{ test.config.error_if }} as is_error,
        {{ failures }} {{ test.config.warn_if }} as is_warning,
        array_join(sort_array(collect_set(concat(
            get_json_object(failing_row, '$.review_year'), '-', lpad(get_json_object(failing_row, '$.review_month'), 2, '0')
        ))), ',') as periods,
        min(failing_row) as example
    from (select *, to_json(struct(*)) as failing_row from ({{ test_sql(test) }}))
{% endmacro %}
