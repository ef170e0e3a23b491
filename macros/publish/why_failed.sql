{#- Why a table must not be published, in a line; none if it was built, and all its tests passed or only warned. -#}
{% macro why_failed(node, results) %}
    {%- set built = results.get(node.unique_id) -%}
    {%- if built.status == 'error' -%}
        {{ return(one_line(built.message)) }}
    {%- endif -%}
    {%- for id in selected_tests(node) if results.get(id).status not in ('pass', 'warn') -%}
        {%- set test = results.get(id) -%}
        {%- set found = test.adapter_response or {} -%}
        {%- set told = one_line(test.message if test else 'it did not run') -%}
        {%- set where = ' in ' ~ found.periods | join(', ') if found.periods else '' -%}
        {%- set example = ', for example ' ~ found.example if found.example else '' -%}
        {{ return('test ' ~ graph.nodes[id].name ~ ': ' ~ told ~ where ~ example) }}
    {%- endfor -%}
    {{ return(none if built.status == 'success' else one_line(built.message or 'it was not built')) }}
{% endmacro %}
