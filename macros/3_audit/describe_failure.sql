{#- What a failed result says, in a line, with what explain_failures() found out about it. -#}
{% macro describe_failure(result) %}
    {%- set test = 'test ' ~ result.node.name ~ ': ' if result.node.resource_type == 'test' else '' -%}
    {%- set told = result.failures ~ ' row' ~ ('s' if result.failures != 1) if result.status == 'fail' else one_line(result.message) -%}
    {%- set found = result.adapter_response -%}
    {%- set where = ' in ' ~ found.periods | join(', ') if found.periods else '' -%}
    {%- set example = ', for example ' ~ found.example if found.example else '' -%}
    {{ return(test ~ told ~ where ~ example) }}
{% endmacro %}
