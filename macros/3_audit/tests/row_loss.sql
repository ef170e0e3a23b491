{#- A test of each table that is there: no month loses more of its rows than var max_row_loss allows, against what
    readers see, as metadata count them: a month whose files are damaged can be built again. What somebody else wrote may go.
    Rows like those of test_summary(), of the tables that lose some, from one aggregate: one for each table took longer. -#}
{% macro row_loss(checked) %}
    select
        concat('row_loss.', table_name) as test,
        count(*) as failures,
        true as is_error,
        false as is_warning,
        array_join(sort_array(collect_set(concat(review_year, '-', lpad(review_month, 2, '0')))), ',') as periods,
        min(to_json(struct(review_year, review_month, rows_seen, rows_built))) as example
    from (
        select table_name, review_year, review_month, sum(seen) as rows_seen, sum(built) as rows_built
        from (
            {%- for node, plan in checked %}
            {%- set periods = [] -%}
            {%- for period in plan.periods if not plan.why.get(period, '').startswith('written') -%}
                {%- do periods.append(period) -%}
            {%- endfor %}
            {{ 'union all' if not loop.first }}
            select *
            from (
                select
                    '{{ node.name }}' as table_name,
                    partition.review_year,
                    partition.review_month,
                    if(content = 0, record_count, -record_count) as seen,
                    0 as built
                from {{ seen_by_readers(node).relation_name }}.files {{ as_of(plan.main) }}
                union all
                select '{{ node.name }}', review_year, review_month, 0, 1
                from {{ node.relation_name }}
            )
            where {{ periods_filter(periods) }}
            {%- endfor %}
        )
        group by table_name, review_year, review_month
        having sum(built) < sum(seen) * (1 - {{ var('max_row_loss') }})
    )
    group by table_name
{% endmacro %}
