{#- Rewriting makes a newest snapshot that does not say what the table was built from, and expiry may remove
    the last one that does; then everything would be stale. So it is said again, in a commit without rows. -#}
{% macro keep_inputs(node) %}
    {%- set table = table_states([node])[node.unique_id] -%}
    {%- if table.inputs and not table.own -%}
        {%- set branch = 'audit_maintain_' ~ invocation_id[:8] -%}
        {%- do run_query('alter table ' ~ node.relation_name ~ ' create branch ' ~ branch) -%}
        {%- do commit_properties(node.relation_name, branch, dict({'dm.run-id': invocation_id}, **state_properties(table))) -%}
        {%- set query -%}
            select
                max(refs.snapshot_id) filter (where refs.name = 'main') as main,
                max(snapshots.parent_id) filter (where refs.name = '{{ branch }}') as parent
            from {{ node.relation_name }}.refs
            inner join {{ node.relation_name }}.snapshots using (snapshot_id)
        {%- endset -%}
        {%- set now = run_query(query).rows[0] -%}
        {%- set untouched = now.parent == table.main and now.main == table.main -%}
        {%- do run_query(publish_statements([node] if untouched else [], [node], branch)) -%}
    {%- endif -%}
{% endmacro %}
