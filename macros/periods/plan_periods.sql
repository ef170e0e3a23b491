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

{#- The incremental models that the command selects, itself or by a test. -#}
{% macro planned_models() %}
    {%- set ids = [] -%}
    {%- for id in selected_resources -%}
        {%- do ids.append(id) -%}
        {%- do ids.append(graph.nodes.get(id, {}).get('attached_node')) -%}
    {%- endfor -%}
    {%- set models = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='name') -%}
        {%- if node.unique_id in ids and node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
            {%- do models.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(models) }}
{% endmacro %}
