{#- A query that compares months of a branch with what readers see, in one pass over both: a line of JSON for each month and one
    for all of them, with how many rows are new, gone, changed or only moved in rank, and how much each column changed; and one
    for each of the most changed rows of each kind. See dm/reading/difference/compare.py, which does it for any two snapshots, without Spark. -#}
{% macro compare_states(node, branch, periods, most=20) %}
    {%- set key, all, values, differ = key_columns(node), [], [], [] -%}
    {%- for name in node.columns -%}
        {%- do all.append(adapter.quote(name)) -%}
        {%- do values.append(name) if name not in key + ['review_year', 'review_month'] -%}
    {%- endfor -%}
    {%- set by = ['review_year', 'review_month'] + key -%}
    {%- for name in values if name != 'period_rank' -%}
        {%- do differ.append('before_' ~ name ~ ' is distinct from after_' ~ name) -%}
    {%- endfor -%}
    {%- set values_differ = differ | join(' or ') or 'false' -%}
with

sides as (

    select false as is_after, {{ columns_seen(node) | join(', ') }} from {{ seen_by_readers(node).relation_name }} where {{ periods_filter(periods) }}
    union all
    select true as is_after, {{ all | join(', ') }} from {{ node.relation_name }} version as of '{{ branch }}' where {{ periods_filter(periods) }}

),

matched as (

    select
        {{ by | join(', ') }},
        count_if(not is_after) as rows_before,
        count_if(is_after) as rows_after
        {%- for name in values %},
        max({{ adapter.quote(name) }}) filter (where not is_after) as before_{{ name }},
        max({{ adapter.quote(name) }}) filter (where is_after) as after_{{ name }}
        {%- endfor %}
    from sides
    group by {{ by | join(', ') }}

),

judged as (

    select
        *,
        concat(lpad(review_year, 4, '0'), '-', lpad(review_month, 2, '0')) as period,
        case
            when rows_before = 0 then 'new'
            when rows_after = 0 then 'gone'
            when {{ values_differ }} then 'changed'
            {%- if 'period_rank' in values %}
            when before_period_rank is distinct from after_period_rank then 'moved'
            {%- endif %}
        end as change,
        case
            when rows_before = 0 or rows_after = 0 then 1.0D
            {%- if 'period_rank' in values %}
            when not ({{ values_differ }}) then abs(cast(after_period_rank - before_period_rank as double))
            {%- endif %}
            else greatest(0.0D, 0.0D
            {%- for name in values if name != 'period_rank' and is_number(node.columns[name]) -%}
                , coalesce(try_divide(cast(abs(after_{{ name }} - before_{{ name }}) as double), greatest(abs(after_{{ name }}), abs(before_{{ name }}))), 0)
            {%- endfor -%}
            )
        end as amount
    from matched

),

counted as (

    select
        to_json(named_struct(
            'period', period,
            'rows_before', sum(rows_before),
            'rows_after', sum(rows_after),
            'new', sum(greatest(rows_after - rows_before, 0)),
            'gone', sum(greatest(rows_before - rows_after, 0)),
            'changed', count_if(change = 'changed'),
            'moved', count_if(change = 'moved'),
            'columns', {{ 'named_struct' if values else 'map' }}(
                {%- for name in values %}
                {%- set here = 'rows_before > 0 and rows_after > 0 and before_' ~ name ~ ' is distinct from after_' ~ name %}
                {%- set gap = 'abs(after_' ~ name ~ ' - before_' ~ name ~ ')' %}
                '{{ name }}', named_struct(
                    'rows', count_if({{ here }})
                    {%- if is_number(node.columns[name]) %},
                    'largest', max({{ gap }}) filter (where {{ here }}),
                    'typical', median({{ gap }}) filter (where {{ here }})
                    {%- endif %}
                ){{ ',' if not loop.last }}
                {%- endfor %}
            )
        ), map('ignoreNullFields', 'false')) as line
    from judged
    group by grouping sets ((period), ())

),

ordered as (

    select
        *,
        row_number() over (
            partition by change order by amount desc{{ ', least(before_period_rank, after_period_rank)' if 'period_rank' in values }}, period desc, {{ key | join(', ') }}
        ) as place
    from judged
    where change is not null

)

select line from counted
union all
select to_json(named_struct(
    'change', change,
    'period', period
    {%- for name, side in [('was', 'before'), ('becomes', 'after')] %},
    '{{ name }}', if(rows_{{ side }} > 0, named_struct(
        {%- for name in key %}'{{ name }}', {{ name }}, {% endfor -%}
        {%- for name in values %}'{{ name }}', {{ side }}_{{ name }}{{ ', ' if not loop.last }}{% endfor -%}
    ), null)
    {%- endfor %}
), map('ignoreNullFields', 'false'))
from ordered
where place <= {{ most }}
{% endmacro %}
