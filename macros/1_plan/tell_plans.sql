{#- dbt run-operation tell_plans: one line of JSON with what a run would find stale, and why, and with what there is to say of
    silver. `dm status` asks for it, so that it cannot tell anything else than a run does. -#}
{% macro tell_plans() %}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
    {%- set models = models | selectattr('config.materialized', 'equalto', 'incremental') | sort(attribute='name') -%}
    {%- set silver, gold = source_states(models), table_states(models) -%}
    {%- set told = {'tables': {}, 'sources': {}} -%}
    {%- for node in models -%}
        {%- do told.tables.update({node.name: plan_model(node, silver, gold[node.unique_id]).why}) -%}
    {%- endfor -%}
    {%- for state in silver.values() -%}
        {%- set change = newest_change(state) if state.snapshot -%}
        {%- do told.sources.update({state.relation: {
            'snapshot': state.snapshot, 'changed': change.committed_ms if change else none, 'remark': wrong_rows(state)
        }}) -%}
    {%- endfor -%}
    {%- do log(tojson(told), info=true) -%}
{% endmacro %}
