{#- The properties of a snapshot that say what is in a table: what state_properties() writes and take_state() reads. -#}
{% macro state_keys() %}
    {{ return({
        'inputs': 'dm.inputs', 'built': 'dm.built', 'sources': 'dm.sources', 'columns': 'dm.columns', 'left_stale': 'dm.left-stale',
        'code': 'dm.code', 'untested': 'dm.untested', 'periods': 'dm.periods', 'held': 'dm.held'
    }) }}
{% endmacro %}
