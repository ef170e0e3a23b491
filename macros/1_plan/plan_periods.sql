{#- A run decides once, before its first model, what it reads and what each model will build: so all its
    parts agree, and the metadata of silver and gold is read once. `graph` is the one object that they share. -#}
{% macro plan_periods() %}
    {%- if execute -%}
        {%- do refuse_retry_of_tests() -%}
        {%- set plans, pinned = {}, {} -%}
        {%- do graph.update({'period_plans': plans, 'pinned_sources': {}, 'outcomes': []}) -%}
        {%- set models = planned_models() if command() in ('build', 'run', 'test') else [] -%}
        {%- set silver = source_states(models) -%}
        {%- set gold = table_states(models) -%}
        {%- for node in models -%}
            {%- set plan = plan_model(node, silver, gold[node.unique_id]) -%}
            {%- do plans.update({node.unique_id: plan}) -%}
            {#- A gold model that reads this one reads it as this run will leave it. -#}
            {%- do silver.update({node.unique_id: {'fingerprints': plan.inputs}}) -%}
            {%- if plan.builds -%}
                {%- do log(node.name ~ ': ' ~ periods_in_words(plan.periods), info=true) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- Pinned last: a plan knows a model's code by its SQL, which the snapshot must not be a part of. -#}
        {%- for id, state in silver.items() if id in graph.sources -%}
            {%- do pinned.update({graph.sources[id].relation_name: state.snapshot}) -%}
        {%- endfor -%}
        {%- do graph.update({'pinned_sources': pinned}) -%}
    {%- endif -%}
{% endmacro %}
