{#- The script that publishes what passed. Where main is not what it was when the run began, it is not
    forced: the work is void, and the script ends with an error that says so. -#}
{% macro publish_script(models) %}
    {%- set branch = audit_branch() -%}
    {%- set now = snapshots_of_main(models) -%}
    {%- set ready, overtaken = [], [] -%}
    {%- for node in models -%}
        {%- do (ready if now[node.unique_id] == graph.period_plans[node.unique_id].main else overtaken).append(node) -%}
    {%- endfor -%}
    {%- if ready -%}
        {%- do log('Publishing ' ~ ready | map(attribute='name') | join(', '), info=true) -%}
    {%- endif -%}
    {%- set fault -%}
        {%- if overtaken -%}
            {{ overtaken | map(attribute='name') | join(', ') }}: not published, for another run has published meanwhile. Run it again
        {%- endif -%}
    {%- endset -%}
    {{ return(publish_statements(ready, models, branch, fault) if models else '') }}
{% endmacro %}
