{% macro inputs_of_snapshot(node, snapshot) %}
    select '{{ node.unique_id }}' as model, summary['dm.inputs'] as inputs
    from {{ node.relation_name }}.snapshots
    where snapshot_id = {{ snapshot }}
{% endmacro %}
