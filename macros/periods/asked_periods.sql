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
    {%- set asked = valid_periods(asked, 'var periods') -%}
    {%- set future = asked | select('gt', run_started_at.strftime('%Y-%m')) | list -%}
    {%- if future and not var('allow_future') -%}
        {%- do exceptions.raise_compiler_error(
            "var periods: " ~ future | join(', ') ~ " is in the future. If that is right, add the var allow_future: true"
        ) -%}
    {%- endif -%}
    {{ return(asked) }}
{% endmacro %}
