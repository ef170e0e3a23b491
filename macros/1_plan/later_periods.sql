{#- Those of some periods that this run leaves to another one: silver has more rows of them than var max_rows lets a run
    read, or a gold model that this one reads leaves them. One period is built always, however large it is. -#}
{% macro later_periods(node, sources, periods) %}
    {%- set left, room = [], namespace(total_rows=0) -%}
    {%- for id in reads(node).gold -%}
        {%- do left.extend(sources[id].later) -%}
    {%- endfor -%}
    {%- set later, rest = [], periods | reject('in', left) | sort -%}
    {%- if var('max_rows') and total_rows(node, sources, rest) > var('max_rows') -%}
        {%- for period in rest -%}
            {%- set room.total_rows = room.total_rows + total_rows(node, sources, [period]) -%}
            {%- if room.total_rows > var('max_rows') and not loop.first -%}
                {%- do later.append(period) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(periods | select('in', left + later) | list) }}
{% endmacro %}
