{#- A run decides once, before its first model, what it reads and what each model will build: so all its
    parts agree, and the metadata of silver and gold is read once. `graph` is the one object that they share. -#}
{% macro plan_periods() %}
    {%- if execute -%}
        {%- do refuse_retry_of_tests() -%}
        {%- set plans, pinned = {}, {} -%}
        {%- do graph.update({'period_plans': plans, 'pinned_sources': {}, 'outcomes': []}) -%}
        {%- set models = planned_models() if command() in ('build', 'run', 'test') else [] -%}
        {%- do tell_unreadable(models + graph.sources.values() | list) if models -%}
        {%- set sources, tables = source_states(models), table_states(models) -%}
        {%- for node in models -%}
            {#- A gold model that reads another one reads it as this run will leave it. -#}
            {%- set plan = plan_model(node, dict(sources, **plans), tables[node.unique_id]) -%}
            {%- do plans.update({node.unique_id: plan}) -%}
            {%- if plan.builds -%}
                {%- do log(node.name ~ ': ' ~ periods_in_words(plan.periods), info=true) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- Pinned last: a plan knows a model's code by its SQL, which the snapshot must not be a part of. -#}
        {%- for state in sources.values() -%}
            {%- do pinned.update({state.relation: state.reads}) -%}
            {%- do exceptions.warn(wrong_rows(state)) if wrong_rows(state) -%}
        {%- endfor -%}
        {%- do graph.update({'pinned_sources': pinned}) -%}
    {%- endif -%}
{% endmacro %}
