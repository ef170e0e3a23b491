{% macro inputs_of_history(node) %}
    select
        '{{ node.unique_id }}' as model,
        max_by(snapshots.summary['dm.inputs'], history.made_current_at) as inputs
    from {{ node.relation_name }}.history
    inner join {{ node.relation_name }}.snapshots using (snapshot_id)
    where history.is_current_ancestor and snapshots.summary['dm.inputs'] is not null
{% endmacro %}
