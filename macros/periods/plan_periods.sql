{#- A run decides once, before its first model, what each model will build: so all its parts agree, and
    the metadata of silver and gold is read once. `graph` is the one object that they share. -#}
{% macro plan_periods() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'test') -%}
        {%- set models = planned_models() -%}
        {%- set silver = source_fingerprints(models) -%}
        {%- set built = built_inputs(models) -%}
        {%- set plans = {} -%}
        {%- for node in models -%}
            {%- set plan = plan_model(node, silver, built[node.unique_id]) -%}
            {%- do plans.update({node.unique_id: plan}) -%}
            {%- if flags.WHICH != 'test' -%}
                {%- do log(node.name ~ ': ' ~ periods_in_words(plan.periods), info=true) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do graph.update({'period_plans': plans}) -%}
    {%- endif -%}
{% endmacro %}
