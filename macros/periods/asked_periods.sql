{#- What var `periods` asks of a model: 'stale', 'all', or a sorted list of valid periods. -#}
{% macro asked_periods(model_name) %}
    {%- set asked = 'all' if flags.FULL_REFRESH else var('periods') -%}
    {%- if asked is mapping -%}
        {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | map(attribute='name') | list -%}
        {%- for name in asked if name not in models -%}
            {%- do exceptions.raise_compiler_error("var periods: there is no model '" ~ name ~ "'") -%}
        {%- endfor -%}
        {%- set asked = asked.get(model_name, []) -%}
    {%- endif -%}
    {%- if asked in ('stale', 'all') -%}
        {{ return(asked) }}
    {%- endif -%}
    {%- set asked = [asked] if asked is string or asked is not iterable else asked -%}
    {%- for period in asked if not modules.re.fullmatch('(?!0000)[0-9]{4}-(0[1-9]|1[0-2])', period | string) -%}
        {%- do exceptions.raise_compiler_error("var periods: '" ~ period ~ "' is no period; one is a month such as '2010-12'") -%}
    {%- endfor -%}
    {{ return(asked | unique | sort) }}
{% endmacro %}
