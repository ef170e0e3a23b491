{#- The columns that name a row of a gold model within a month, as its test ranked_in_period says; if it has none, its rank, else all of its columns. -#}
{% macro key_columns(node) %}
    {%- for test in graph.nodes.values() if test.attached_node == node.unique_id and (test.test_metadata or {}).name == 'ranked_in_period' -%}
        {%- set names = [] -%}
        {%- for name in test.test_metadata.kwargs.key.split(',') -%}{%- do names.append(name | trim) -%}{%- endfor -%}
        {{ return(names) }}
    {%- endfor -%}
    {{ return(['period_rank'] if 'period_rank' in node.columns else node.columns.keys() | reject('in', ['review_year', 'review_month']) | list) }}
{% endmacro %}
