{#- A test of each table that is there: no month loses more of its rows than var max_row_loss allows, against what
    readers see, as metadata count them: a month whose files are damaged can be built again. What somebody else wrote may go. A row like that of test_summary(). -#}
{% macro row_loss(node, plan) %}
    {%- set periods = [] -%}
    {%- for period in plan.periods if not plan.why.get(period, '').startswith('written') -%}
        {%- do periods.append(period) -%}
    {%- endfor -%}
    select
        'row_loss.{{ node.name }}' as test,
        count(*) as failures,
        count(*) > 0 as is_error,
        false as is_warning,
        array_join(sort_array(collect_set(concat(review_year, '-', lpad(review_month, 2, '0')))), ',') as periods,
        min(to_json(struct(*))) as example
    from (
        select review_year, review_month, sum(seen) as rows_seen, sum(built) as rows_built
        from (
            select partition.review_year, partition.review_month, if(content = 0, record_count, -record_count) as seen, 0 as built
            from {{ seen_by_readers(node).relation_name }}.files {{ as_of(plan.main) }}
            union all
            select review_year, review_month, 0 as seen, 1 as built
            from {{ node.relation_name }}
        )
        where {{ periods_filter(periods) }}
        group by review_year, review_month
        having sum(built) < sum(seen) * (1 - {{ var('max_row_loss') }})
    )
{% endmacro %}
