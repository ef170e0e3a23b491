{#- What a message of dbt or Spark says, in a line: without headings, stack traces, and what looks like an e-mail
    address; for what is kept and sent around. -#}
{% macro one_line(message) %}
    {%- set heading, told = '(Runtime|Compilation|Database) Error|An error occurred while calling', [] -%}
    {%- for line in (message or '').splitlines() if line.strip() and not modules.re.match(heading, line.strip()) -%}
        {%- do told.append(modules.re.sub('^: ([A-Za-z0-9_$]+[.])+', '', line.strip())) -%}
    {%- endfor -%}
    {%- set first = (told or ['it does not say why'])[0] -%}
    {%- set first = first ~ ' ' ~ told[1] if first.endswith(':') and told[1] else first -%}
    {{ return(modules.re.sub('[^ "\']+@[^ "\']+', '(an e-mail address)', first)[:500]) }}
{% endmacro %}
