{#- Ends the run with an error if a table was not published, and dbt has not told so: because its audit found a fault, or
    somebody else had published it meanwhile. The last of on-run-end: dbt runs nothing more after an error there. -#}
{% macro tell_unpublished() %}
    {%- set faults = [] -%}
    {%- for outcome in graph.get('outcomes', []) if outcome.status not in ('published', 'previewed') and not outcome.told -%}
        {%- do faults.append(
            outcome.node.name ~ ': not published, for '
            ~ (outcome.error or 'another run has published meanwhile. Run it again')
        ) -%}
    {%- endfor -%}
    {{ return('begin select raise_error(' ~ sql_string(faults | join('; ')) ~ '); end' if faults else '') }}
{% endmacro %}
