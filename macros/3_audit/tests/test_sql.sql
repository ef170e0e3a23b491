{#- The SQL of a data test that dbt itself did not run: the rows that fail it. -#}
{% macro test_sql(test) %}
    {%- do graph.update({'audited_test': test}) -%}
    {%- if test.test_metadata -%}
        {%- set macros = context[test.test_metadata.namespace] if test.test_metadata.namespace else context -%}
        {%- set sql = macros['test_' ~ test.test_metadata.name](**test_arguments(test)) -%}
    {%- else -%}
        {%- set sql = render(test.raw_code) -%}
    {%- endif -%}
    {%- do graph.pop('audited_test') -%}
    {{ return(sql ~ (' limit ' ~ test.config.limit if test.config.limit else '')) }}
{% endmacro %}
