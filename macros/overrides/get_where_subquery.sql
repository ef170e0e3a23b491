{#- Replaces dbt's: what a generic test looks at. Of a table with months, those that the run writes. -#}
{% macro get_where_subquery(relation) %}
    {%- if execute -%}
        {%- set test = looking_test() -%}
        {%- set tested = graph.nodes.get(test.attached_node) or graph.sources.get(test.depends_on.nodes[0], {}) -%}
        {%- set months = in_tested_periods() if 'review_month' in (tested.columns or {}) else 'true' -%}
        {%- set filters = [test.config.where, months] | select | reject('equalto', 'true') | list -%}
        {%- if filters -%}
            {{ return('(select * from ' ~ relation ~ ' where ' ~ filters | join(' and ') ~ ') as tested_rows') }}
        {%- endif -%}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
