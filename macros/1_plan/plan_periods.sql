{#- A run decides once, before its first model, what it reads and what each model will build: so all its
    parts agree, and the metadata of silver and gold is read once. `graph` is the one object that they share. -#}
{% macro plan_periods() %}
    {%- if execute -%}
        {%- do graph.update({'period_plans': {}, 'pinned_sources': {}, 'outcomes': [], 'seen_by_readers': {}, 'set_aside': {}}) -%}
        {%- set models = planned_models(selected_resources) if command() in ('build', 'run', 'test') else [] -%}
        {%- do use_settings(settings_of_planning()) if models -%}
        {%- do write_aside(models) -%}
        {%- do tell_unreadable(models + graph.sources.values() | list) if models -%}
        {%- set sources, pinned = source_states(models), {} -%}
        {%- do graph.update({'period_plans': model_plans(models, sources)}) -%}
        {%- for id, plan in graph.period_plans.items() if plan.builds -%}
            {%- set waiting = '; for another run: ' ~ periods_in_words(plan.later) if plan.later -%}
            {%- do log(graph.nodes[id].name ~ ': ' ~ periods_in_words(plan.periods) ~ (waiting or ''), info=true) -%}
            {%- do tell_held(graph.nodes[id], plan) -%}
        {%- endfor -%}
        {#- Pinned last: a plan knows a model's code by its SQL, which the snapshot must not be a part of. -#}
        {%- for state in sources.values() -%}
            {%- do pinned.update({state.relation: state.reads}) -%}
            {%- do exceptions.warn(wrong_rows(state)) if wrong_rows(state) -%}
        {%- endfor -%}
        {%- do graph.update({'pinned_sources': pinned}) -%}
        {%- do reset_settings() if command() == 'test' -%}
    {%- endif -%}
{% endmacro %}
