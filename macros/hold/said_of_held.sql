{#- What the table says of months that are held from now on. -#}
{% macro said_of_held(periods, plan, because, until, by) %}
    {%- if not because | string | trim -%}
        {%- do exceptions.raise_compiler_error('say why, with because: whoever meets the held months has to know') -%}
    {%- elif until not in ('release', 'silver') -%}
        {%- do exceptions.raise_compiler_error("until is 'release' or 'silver', not '" ~ until ~ "'") -%}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for period in periods -%}
        {%- set said = {'by': who(by), 'since': run_started_at.strftime('%Y-%m-%d %H:%M'), 'because': because | string | trim, 'until': until} -%}
        {%- do said.update({'sources': plan.sources, 'input': (plan.now.get(period) or '')[8:]}) if until == 'silver' -%}
        {%- do found.update({period: said}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
