{#- Says of each table that was not published how to look at what the run wrote, and what to do with it. -#}
{% macro tell_kept_branches(models) %}
    {%- set branch = audit_branch() -%}
    {%- set states = branch_states(models, branch) -%}
    {%- for node in models if states[node.unique_id].branch -%}
        {%- set arguments = "--args '{table: " ~ node.name ~ ', branch: ' ~ branch ~ "}'" -%}
        {%- do log(
            node.name ~ ' is not published: its readers see it as it was. This run wrote to its branch ' ~ branch ~ ':\n'
            ~ '  look at it   dm show ' ~ node.name ~ ' --branch ' ~ branch ~ '\n'
            ~ '  publish it   dbt run-operation publish_branch ' ~ arguments ~ '\n'
            ~ '  drop it      dbt run-operation drop_branch ' ~ arguments,
            info=true
        ) -%}
    {%- endfor -%}
{% endmacro %}
