{% macro inputs_of_history(node) %}
    select
        '{{ node.unique_id }}' as model,
        {%- for name, key in state_keys().items() %}
        max_by(snapshots.summary['{{ key }}'], history.made_current_at) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ node.relation_name }}.history
    inner join {{ node.relation_name }}.snapshots using (snapshot_id)
    where history.is_current_ancestor and snapshots.summary['dm.inputs'] is not null
{% endmacro %}
