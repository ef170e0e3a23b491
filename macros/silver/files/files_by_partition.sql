{% macro files_by_partition(state, table, where, file) %}
    {%- set year, month = partition_field(state, 'review_year', file), partition_field(state, 'review_month', file) -%}
    select
        {{ file }}spec_id as spec,
        {{ file }}content as content,
        {{ year }} as year_from,
        {{ year }} as year_to,
        {{ month }} as month_from,
        {{ month }} as month_to,
        false as nulls,
        count(*) as files,
        sum(if({{ file }}content = 0, {{ file }}record_count, 0)) as total_rows,
        cast(sum({{ hash_of_file(file) }}) as string) as fingerprint
    from {{ table }}
    where {{ where }}
    group by spec, content, year_from, year_to, month_from, month_to
{% endmacro %}
