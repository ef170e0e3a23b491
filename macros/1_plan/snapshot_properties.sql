{#- The query for what snapshots of a model's table say of themselves. -#}
{% macro snapshot_properties(node, where) %}
    select
        '{{ node.unique_id }}' as model,
        snapshot_id,
        parent_id,
        committed_at,
        operation,
        summary['dm.inputs'] as inputs,
        summary['dm.periods'] as periods,
        summary['dm.untested'] as untested,
        summary['dm.sources'] as sources,
        summary['dm.code'] as code,
        coalesce(summary['engine-name'], 'another program') as writer,
        null as branch
    from {{ node.relation_name }}.snapshots
    where {{ where }}
{% endmacro %}
