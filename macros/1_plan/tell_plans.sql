{#- dbt run-operation tell_plans: one line of JSON with what a run would find stale or held, and why, and with what there is to say of
    silver. `dm status` asks for it, so that it cannot tell anything else than a run does. -#}
{% macro tell_plans() %}
    {%- do use_settings(settings_of_planning()) -%}
    {%- set models = planned_models(graph.nodes.keys()) -%}
    {%- set sources, told = source_states(models), {'tables': {}, 'held': {}, 'sources': {}} -%}
    {%- for id, plan in model_plans(models, sources).items() -%}
        {%- do told.tables.update({graph.nodes[id].name: plan.why}) -%}
        {%- do told.held.update({graph.nodes[id].name: plan.held}) -%}
    {%- endfor -%}
    {%- for state in sources.values() -%}
        {%- set change = newest_change(state) if state.snapshot -%}
        {%- do told.sources.update({state.relation: {
            'snapshot': state.snapshot, 'changed': change.committed_ms if change else none, 'remark': wrong_rows(state)
        }}) -%}
    {%- endfor -%}
    {%- do reset_settings() -%}
    {%- do log(tojson(told), info=true) -%}
{% endmacro %}
