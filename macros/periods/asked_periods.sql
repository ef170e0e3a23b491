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
    {{ return(valid_periods(asked, 'var periods')) }}
{% endmacro %}
