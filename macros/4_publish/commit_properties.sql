{#- A commit without rows, on a branch: it says something of the rows that are there. -#}
{% macro commit_properties(relation_name, branch, properties) %}
    {%- do run_query('set `spark.wap.branch` = ' ~ branch) -%}
    {%- set commit -%}
        insert into {{ relation_name }}
        with ({{ as_snapshot_properties(properties) }})
        replace where false
        select * from {{ relation_name }} where false
    {%- endset -%}
    {%- do run_query(commit) -%}
    {%- do run_query('reset `spark.wap.branch`') -%}
{% endmacro %}
