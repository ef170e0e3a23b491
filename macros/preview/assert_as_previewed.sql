{#- Stops where a preview's branch is not what a run would build now: its reviews changed since, or its SQL or a var did. -#}
{% macro assert_as_previewed(node, branch, kept) %}
    {%- set models = planned_models([node.unique_id]) -%}
    {%- set sources = source_states(models) -%}
    {%- set plans = model_plans(models, sources) -%}
    {%- set as_built = dict(kept.plan, untested=[], foreign={}) -%}
    {%- set found = stale_periods(node, dict(sources, **plans), as_built, model_code(node)) -%}
    {%- for period in kept.plan.periods if period in found.why -%}
        {%- do exceptions.raise_compiler_error(
            node.name ~ ' is not published: since ' ~ branch ~ ' was built, ' ~ period ~ ' is stale again (' ~ found.why[period]
            ~ '). Look at it once more, with a preview of now'
        ) -%}
    {%- endfor -%}
{% endmacro %}
