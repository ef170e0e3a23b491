{#- Says of each table that is not published how to look at what the run wrote to its branch, and what to do with it. -#}
{% macro tell_kept_branches(failed) %}
    {%- set branch = audit_branch() -%}
    {%- for outcome in failed if outcome.state.branch -%}
        {%- set name = outcome.node.name -%}
        {%- set arguments = "--args '{table: " ~ name ~ ', branch: ' ~ branch ~ "}'" -%}
        {%- do log(
            name ~ ' is not published: its readers see it as it was. This run wrote to its branch ' ~ branch ~ ':\n'
            ~ '  look at it   dm show ' ~ name ~ ' --branch ' ~ branch ~ '\n'
            ~ '  publish it   dbt run-operation publish_branch ' ~ arguments ~ '\n'
            ~ '  drop it      dbt run-operation drop_branch ' ~ arguments,
            info=true
        ) -%}
    {%- endfor -%}
{% endmacro %}
