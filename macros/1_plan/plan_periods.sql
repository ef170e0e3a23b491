{#- A run decides once, before its first model, what it reads and what each model will build: so all its
    parts agree, and the metadata of silver and gold is read once. `graph` is the one object that they share. -#}
{% macro plan_periods() %}
    {%- if execute -%}
        {%- set plans, pinned = {}, {} -%}
        {%- do graph.update({'period_plans': plans, 'pinned_sources': {}, 'outcomes': []}) -%}
        {%- if flags.WHICH in ('build', 'run', 'test') -%}
            {%- set models = planned_models() -%}
            {%- do tell_unreadable(models + graph.sources.values() | list) -%}
            {%- set silver = source_states(models) -%}
            {%- set gold = table_states(models) -%}
            {%- for node in models -%}
                {%- set plan = plan_model(node, silver, gold[node.unique_id]) -%}
                {%- do plans.update({node.unique_id: plan}) -%}
                {%- if plan.builds -%}
                    {%- do log(node.name ~ ': ' ~ periods_in_words(plan.periods), info=true) -%}
                {%- endif -%}
            {%- endfor -%}
            {#- Pinned last: a plan knows a model's code by its SQL, which the snapshot must not be a part of. -#}
            {%- for id, state in silver.items() -%}
                {%- do pinned.update({state.relation: state.reads}) -%}
                {%- do exceptions.warn(wrong_rows(state)) if wrong_rows(state) -%}
            {%- endfor -%}
            {%- do graph.update({'pinned_sources': pinned}) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
