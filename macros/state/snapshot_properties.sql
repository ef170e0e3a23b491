{#- The query for what snapshots of a model's table say of themselves. -#}
{% macro snapshot_properties(node, where) %}
    select
        '{{ node.unique_id }}' as model,
        snapshot_id,
        parent_id,
        committed_at,
        operation,
        {%- for name, key in state_keys().items() %}
        summary['{{ key }}'] as {{ name }},
        {%- endfor %}
        coalesce(summary['engine-name'], 'another program') as writer,
        null as branch
    from {{ node.relation_name }}.snapshots
    where {{ where }}
{% endmacro %}
