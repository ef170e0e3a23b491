{#- Says of each table that is not published how to look at what the run wrote to its branch, and what to do with it. -#}
{% macro tell_kept_branches(failed) %}
    {%- set branch = audit_branch() -%}
    {%- for outcome in failed if outcome.state.branch -%}
        {%- set name = outcome.node.name -%}
        {%- set rows = '"select * from ' ~ outcome.node.relation_name ~ " version as of '" ~ branch ~ "'\"" -%}
        {%- set arguments = " --args '{table: " ~ name ~ ', branch: ' ~ branch ~ "}'" -%}
        {%- set publish, drop = 'dbt run-operation publish_branch' ~ arguments, 'dbt run-operation drop_branch' ~ arguments -%}
        {%- if target.name == 'local' -%}
            {%- set look = 'dm show ' ~ name ~ ' --branch ' ~ branch -%}
        {%- elif target.name == 'emr' -%}
            {#- This target is a job's alone: from elsewhere, a job does it, and dbt reads by Spark Connect. -#}
            {%- set look = 'dbt show --target connect --inline ' ~ rows -%}
            {%- set publish = 'dm branches publish ' ~ name ~ ' ' ~ branch ~ ' --target aws' -%}
            {%- set drop = 'dm branches drop ' ~ name ~ ' ' ~ branch ~ ' --target aws' -%}
        {%- else -%}
            {%- set look = 'dbt show --target ' ~ target.name ~ ' --inline ' ~ rows -%}
            {%- set publish, drop = publish ~ ' --target ' ~ target.name, drop ~ ' --target ' ~ target.name -%}
        {%- endif -%}
        {%- set here = not (var('preview') and target.name == 'connect') -%}
        {%- do log(
            name ~ ' is not published: its readers see it as it was. This run wrote to ' ~ ('its branch ' if here else 'a table of your own, branch ') ~ branch ~ ':\n'
            ~ '  look at it   ' ~ look ~ ('\n  publish it   ' ~ publish if here) ~ '\n  drop it      ' ~ drop,
            info=true
        ) -%}
    {%- endfor -%}
{% endmacro %}
