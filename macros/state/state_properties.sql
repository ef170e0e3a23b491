{#- A table's state, of a plan or of table_states(), as the summary of a snapshot has it. -#}
{% macro state_properties(state) %}
    {{ return({
        'dm.inputs': tojson(state.inputs),
        'dm.built': tojson(state.built),
        'dm.sources': tojson(state.sources),
        'dm.columns': tojson(state.columns),
        'dm.left-stale': state.left | join(','),
        'dm.code': state.code,
        'dm.held': tojson(state.held),
        'dm.untested': state.untested | join(',')
    }) }}
{% endmacro %}
