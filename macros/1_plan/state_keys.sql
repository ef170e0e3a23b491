{#- The properties of a snapshot that say what a table was built from. -#}
{% macro state_keys() %}
    {{ return({'inputs': 'dm.inputs', 'sources': 'dm.sources', 'columns': 'dm.columns', 'left_stale': 'dm.left-stale', 'code': 'dm.code'}) }}
{% endmacro %}
