{#- The audit branches of a model's table whose run was more than so many days ago. -#}
{% macro old_audit_branches(node, days) %}
    {%- set query -%}
        select refs.name
        from {{ node.relation_name }}.refs
        inner join {{ node.relation_name }}.snapshots using (snapshot_id)
        where refs.type = 'BRANCH' and refs.name like 'audit\_%' and snapshots.committed_at < timestamp '{{ days_ago(days) }}'
    {%- endset -%}
    {{ return(run_query(query).rows | map(attribute='name') | list) }}
{% endmacro %}
