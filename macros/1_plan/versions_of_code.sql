{#- What the months that some code built begin with, whatever columns of its sources it was built of: see stale_periods(). A
    source counts by the schema since which the columns are what they are, or not at all if it was empty. -#}
{% macro versions_of_code(code, columns) %}
    {%- set texts = [code] -%}
    {%- for name, known in columns.items() -%}
        {%- set newest = [known.since, known.seen] | reject('none') | map('int') | list -%}
        {%- for text in texts | list -%}
            {%- for schema in range((newest | max) + 1 if newest else 0) -%}
                {%- do texts.append(text ~ name ~ schema) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set versions = [] -%}
    {%- for text in texts -%}
        {%- do versions.append(local_md5(text)[:8]) -%}
    {%- endfor -%}
    {{ return(versions) }}
{% endmacro %}
