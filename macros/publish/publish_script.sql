{#- The script that publishes what passed. Where main is not what it was when the run began, it is not
    forced: the work is void, and the script ends with an error that says so. -#}
{% macro publish_script(models) %}
    {%- set branch = audit_branch() -%}
    {%- set states = branch_states(models, branch) -%}
    {%- set ready, overtaken = [], [] -%}
    {%- for node in models -%}
        {%- set state, began = states[node.unique_id], graph.period_plans[node.unique_id].main -%}
        {%- do (ready if state.main == began and state.parent == began else overtaken).append(node) -%}
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
