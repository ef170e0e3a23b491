{#- By hand: dbt run-operation publish_branch --args '{table: T, branch: B}'. The table remembers that its
    tests have not passed. -#}
{% macro publish_branch(table, branch) %}
    {%- set node = model_named(table) -%}
    {%- set state = kept_branch(node, branch) -%}
    {%- if state.parent != state.main -%}
        {%- do exceptions.raise_compiler_error(
            table ~ ' has been published since ' ~ branch ~ ' was written: build its months again instead, with dbt run --select ' ~ table
        ) -%}
    {%- endif -%}
    {%- set summary -%}
        select key, value
        from (select explode(summary) from {{ node.relation_name }}.snapshots where snapshot_id = {{ state.branch }})
        where key like 'dm.%'
    {%- endset -%}
    {%- set properties = {} -%}
    {%- for row in run_query(summary).rows -%}
        {%- do properties.update({row.key: row.value}) -%}
    {%- endfor -%}
    {%- do properties.update({'dm.run-id': invocation_id, 'dm.tests': ''}) -%}
    {%- do commit_properties(node.relation_name, branch, properties) -%}
    {%- do run_query(publish_statements([node], [node], branch)) -%}
    {%- do log('Published ' ~ table ~ ' from ' ~ branch, info=true) -%}
{% endmacro %}
