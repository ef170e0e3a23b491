{#- What a message of dbt or Spark says, in a line: without headings, stack traces, and what looks like an e-mail
    address; for what is kept and sent around. -#}
{% macro one_line(message) %}
    {%- for line in (message or '').splitlines() -%}
        {%- set told = modules.re.sub('^: ([A-Za-z0-9_$]+[.])+', '', line.strip()) -%}
        {%- if told and not modules.re.match('(Runtime|Compilation|Database) Error|An error occurred while calling', told) -%}
            {{ return(modules.re.sub('[^ "\']+@[^ "\']+', '(an e-mail address)', told)[:500]) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return('it does not say why') }}
{% endmacro %}
