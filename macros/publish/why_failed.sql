{#- Why a table must not be published: the first thing that failed, in a line, and the periods that are known to be
    at fault for any; none if it was built, and all its tests passed or only warned. -#}
{% macro why_failed(node, results) %}
    {%- set built = results.get(node.unique_id) -%}
    {%- set failed, not_run = [], [] -%}
    {%- if built.status == 'error' -%}
        {%- do failed.append({'told': one_line(built.message), 'found': built.adapter_response}) -%}
    {%- else -%}
        {%- for id in selected_tests(node) if results.get(id).status not in ('pass', 'warn') -%}
            {%- set test, name = results.get(id), 'test ' ~ graph.nodes[id].name ~ ': ' -%}
            {%- if test.status == 'fail' -%}
                {%- set told = name ~ test.failures ~ ' row' ~ ('s' if test.failures != 1) -%}
                {%- do failed.append({'told': told, 'found': test.adapter_response}) -%}
            {%- elif test.status == 'error' -%}
                {%- do failed.append({'told': name ~ one_line(test.message), 'found': {}}) -%}
            {%- else -%}
                {%- do not_run.append({'told': name ~ 'it did not run', 'found': {}}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set reasons = failed + not_run -%}
    {%- if not reasons and built.status != 'success' -%}
        {%- do reasons.append({'told': one_line(built.message or 'it was not built'), 'found': {}}) -%}
    {%- endif -%}
    {%- if not reasons -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set periods = reasons | map(attribute='found.periods', default=[]) | sum(start=[]) | unique | sort -%}
    {%- set found = reasons[0].found -%}
    {{ return({
        'message': reasons[0].told
            ~ (' in ' ~ found.periods | join(', ') if found.periods else '')
            ~ (', for example ' ~ found.example if found.example else ''),
        'periods': periods
    }) }}
{% endmacro %}
