{% macro inputs_of_snapshot(node, snapshot) %}
    select
        '{{ node.unique_id }}' as model,
        {%- for name, key in state_keys().items() %}
        summary['{{ key }}'] as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ node.relation_name }}.snapshots
    where snapshot_id = {{ snapshot }}
{% endmacro %}
