{#- Ends the run with an error if a table was not published because somebody else had published it meanwhile. The
    last of on-run-end: dbt runs nothing more after an error there. -#}
{% macro tell_overtaken() %}
    {%- set names = [] -%}
    {%- for outcome in graph.get('outcomes', []) if outcome.status == 'overtaken' -%}
        {%- do names.append(outcome.node.name) -%}
    {%- endfor -%}
    {%- set fault = names | join(', ') ~ ': not published, for another run has published meanwhile. Run it again' -%}
    {{ return('begin select raise_error(' ~ sql_string(fault) ~ '); end' if names else '') }}
{% endmacro %}
