{#- What models and tests of a preview read of a gold table: the months that this run builds as it built them, all others as readers
    see them. Where both are one table, its name. -#}
{% macro left_by_run(node) %}
    {%- set seen, plan = seen_by_readers(node), graph.get('period_plans', {}).get(node.unique_id) -%}
    {%- if seen.relation_name == node.relation_name or not plan or not plan.periods -%}
        {{ return(seen.relation_name) }}
    {%- endif -%}
    {%- set built, names = periods_filter(plan.periods), [] -%}
    {%- for name in node.columns -%}{%- do names.append(adapter.quote(name)) -%}{%- endfor -%}
    {{ return(
        '(select ' ~ names | join(', ') ~ ' from ' ~ node.relation_name ~ ' where ' ~ built ~ ' union all select '
        ~ columns_seen(node) | join(', ') ~ ' from ' ~ seen.relation_name ~ ' where not ' ~ built ~ ')'
    ) }}
{% endmacro %}
