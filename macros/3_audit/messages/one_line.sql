{#- What a message of dbt or Spark says, in a line: without headings, stack traces, and what looks like an e-mail
    address; for what is kept and sent around. See runner/dbt/messages.py, which tells the same of a damaged file. -#}
{% macro one_line(message) %}
    {%- set file = '(\\w+:/[^\\s,]+\\.(?:parquet|avro))' -%}
    {%- set damaged = modules.re.search(
        '(?:Failed to (?:open|read)|does not exist|Checksum error|[Cc]an ?not read)[^\\n]*?' ~ file ~ '|' ~ file ~ ' is not a Parquet file', message or ''
    ) -%}
    {%- if damaged and not modules.re.search('Unable to execute HTTP request|Status Code: (5|429)', message) -%}
        {{ return((damaged[1] or damaged[2]) ~ ' is damaged or gone: docs/operations.md says how to repair it') }}
    {%- endif -%}
    {%- set heading, told = '(Runtime|Compilation|Database) Error|An error occurred while calling', [] -%}
    {%- for line in (message or '').splitlines() if line.strip() and not modules.re.match(heading, line.strip()) -%}
        {%- do told.append(modules.re.sub('^(: )?([A-Za-z0-9_$]+[.])+(?=[A-Za-z0-9_$]+(Exception|Error))|^: ([A-Za-z0-9_$]+[.])+', '', modules.re.sub('^.*most recent failure: .*?[(][^()]*executor [^()]*[)]: ', '', line.strip()))) -%}
    {%- endfor -%}
    {%- set first = (told or ['it does not say why'])[0] -%}
    {%- set first = first ~ ' ' ~ told[1] if first.endswith(':') and told[1] else first -%}
    {{ return(modules.re.sub('[^ "\']+@[^ "\']+', '(an e-mail address)', first)[:500]) }}
{% endmacro %}
