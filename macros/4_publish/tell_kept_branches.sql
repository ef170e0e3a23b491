{#- Says of each table that is not published how to look at what the run wrote to its branch, and what to do with it. -#}
{% macro tell_kept_branches(failed) %}
    {#- dm reads the tables of one machine. A job's own target is nobody else's: from elsewhere, its tables are those of `connect`. -#}
    {%- set branch, elsewhere = audit_branch(), '--target ' ~ ('connect' if target.name == 'emr' else target.name) -%}
    {%- for outcome in failed if outcome.state.branch -%}
        {%- set name = outcome.node.name -%}
        {%- set here = 'dm show ' ~ name ~ ' --branch ' ~ branch -%}
        {%- set there = 'dbt show ' ~ elsewhere ~ " --inline \"select * from " ~ outcome.node.relation_name ~ " version as of '" ~ branch ~ "'\"" -%}
        {%- set look = here if target.name == 'local' else there -%}
        {%- set arguments = "--args '{table: " ~ name ~ ', branch: ' ~ branch ~ "}'" ~ ('' if target.name == 'local' else ' ' ~ elsewhere) -%}
        {%- do log(
            name ~ ' is not published: its readers see it as it was. This run wrote to its branch ' ~ branch ~ ':\n'
            ~ '  look at it   ' ~ look ~ '\n'
            ~ '  publish it   dbt run-operation publish_branch ' ~ arguments ~ '\n'
            ~ '  drop it      dbt run-operation drop_branch ' ~ arguments,
            info=true
        ) -%}
    {%- endfor -%}
{% endmacro %}
