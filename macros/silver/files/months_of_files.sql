{#- Files with what is known of their months: the partition, the bounds of data files, and of deletes the file that they are in. -#}
{% macro months_of_files(state, table, where, file) %}
    {%- set year, month = partition_field(state, 'review_year', file), partition_field(state, 'review_month', file) -%}
    select
        {{ file }}content as content,
        {{ file }}file_path as file_path,
        {{ file }}record_count as record_count,
        {{ hash_of_file(file) }} as hash,
        {{ year }} as year,
        {{ month }} as month,
        if({{ file }}content = 0, coalesce({{ year }}, readable_metrics.review_year.lower_bound), null) as year_from,
        if({{ file }}content = 0, coalesce({{ year }}, readable_metrics.review_year.upper_bound), null) as year_to,
        if({{ file }}content = 0, coalesce({{ month }}, readable_metrics.review_month.lower_bound), null) as month_from,
        if({{ file }}content = 0, coalesce({{ month }}, readable_metrics.review_month.upper_bound), null) as month_to,
        readable_metrics.review_year.null_value_count > 0 or readable_metrics.review_month.null_value_count > 0 as nulls,
        ({{ year }} is null and {{ file }}spec_id in ({{ (state.year_specs + [-1]) | join(', ') }}))
        or ({{ month }} is null and {{ file }}spec_id in ({{ (state.month_specs + [-1]) | join(', ') }}))
        or {{ file }}content = 0 and readable_metrics.review_year.null_value_count = readable_metrics.review_year.value_count
        or {{ file }}content = 0 and readable_metrics.review_month.null_value_count = readable_metrics.review_month.value_count as nowhere,
        coalesce(
            {{ file }}referenced_data_file,
            if({{ file }}lower_bounds[2147483546] = {{ file }}upper_bounds[2147483546], decode({{ file }}lower_bounds[2147483546], 'UTF-8'), null)
        ) as deletes_in
    from {{ table }}
    where {{ where }}
{% endmacro %}
