{#- Why each period is stale that is: a mapping. -#}
{% macro stale_periods(now, table) %}
    {%- set why = {} -%}
    {%- for period in (now.keys() | list + table.inputs.keys() | list) | unique -%}
        {%- set before, after = table.inputs.get(period), now.get(period) -%}
        {%- if before != after -%}
            {%- do why.update({period: 'code' if before and after and before[8:] == after[8:] else 'input'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for period in table.untested -%}
        {%- do why.update({period: 'untested'}) -%}
    {%- endfor -%}
    {%- for period, writer in table.foreign.items() -%}
        {%- do why.update({period: 'written by ' ~ writer}) -%}
    {%- endfor -%}
    {{ return(why) }}
{% endmacro %}
