{#- The months of a model's table that a person holds, each with what they said of it and `why` a run would build it else. They
    are taken out of what is stale. One that is held until silver changes is not held any more once its rows did. -#}
{% macro held_periods(node, sources, table, found) %}
    {%- set read, held = reads(node), {} -%}
    {%- for period, said in table.held.items() -%}
        {%- set ended = namespace(is=false) -%}
        {%- set now = (found.now.get(period) or '')[8:] -%}
        {%- if said.until == 'silver' and now != said.input -%}
            {%- set ended.is = now[16:] != said.input[16:] or rows_changed(read.sources, sources, {'sources': said.sources}, period) -%}
        {%- endif -%}
        {%- if not ended.is -%}
            {%- do held.update({period: dict(said, why=found.why.pop(period, none))}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(dict(held | dictsort)) }}
{% endmacro %}
