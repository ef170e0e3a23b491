{#- Ends the run with an error if a table was not published, and dbt has not told so: because its audit found a fault, or
    somebody else had published it meanwhile. The last of on-run-end: dbt runs nothing more after an error there. -#}
{% macro tell_unpublished() %}
    {%- set tables, faults = {}, [] -%}
    {%- for outcome in graph.get('outcomes', []) if outcome.status not in ('published', 'previewed') and not outcome.told -%}
        {%- do tables.setdefault(outcome.error or 'another run has published meanwhile. Run it again', []).append(outcome.node.name) -%}
    {%- endfor -%}
    {%- for error, names in tables.items() -%}
        {%- do faults.append(names | join(', ') ~ ': not published, for ' ~ error) -%}
    {%- endfor -%}
    {{ return('begin select raise_error(' ~ sql_string(faults | join('; ')) ~ '); end' if faults else '') }}
{% endmacro %}
