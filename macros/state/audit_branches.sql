{#- The query for the audit branches of a model's table, with the columns of snapshot_properties(). -#}
{% macro audit_branches(node) %}
    select '{{ node.unique_id }}', snapshot_id, {{ 'null, ' * (state_keys() | length + 4) }} name
    from {{ node.relation_name }}.refs
    where name like 'audit\_%'
{% endmacro %}
