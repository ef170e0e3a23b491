{#- About how many rows the sources of a model have of some periods. -#}
{% macro total_rows(node, sources, periods) %}
    {%- set found = namespace(rows=0) -%}
    {%- for id in reads(node).sources -%}
        {%- for period in periods -%}
            {%- set found.rows = found.rows + sources[id].row_counts.get(period, 0) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found.rows) }}
{% endmacro %}
