{#- Those of some boxes of files that a period lies in. -#}
{% macro boxes_with(boxes, period) %}
    {%- set year, month = period.split('-') | map('int') -%}
    {%- set found = [] -%}
    {%- for box in boxes if box.first <= year <= box.last and box.from <= month <= box.to -%}
        {%- do found.append(box.files) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
