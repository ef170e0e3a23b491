{#- A commit without rows, on a branch: it says something of the rows that are there. -#}
{% macro commit_properties(relation_name, branch, properties) %}
    {%- set commit -%}
        insert into {{ relation_name }}.branch_{{ branch }}
        with ({{ as_snapshot_properties(properties) }})
        replace where false
        select * from {{ relation_name }} where false
    {%- endset -%}
    {%- do run_query(commit) -%}
{% endmacro %}
