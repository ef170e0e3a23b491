{#- Rewriting makes a newest snapshot that does not say what the table was built from, and expiry may remove
    the last one that does; then everything would be stale. So it is said again, in a commit without rows. -#}
{% macro keep_inputs(node) %}
    {%- set table = table_states([node])[node.unique_id] -%}
    {%- if table.inputs and not run_query(snapshot_properties(node, 'snapshot_id = ' ~ table.main)).rows[0].inputs -%}
        {%- set branch = 'audit_maintain_' ~ invocation_id[:8] -%}
        {%- do run_query('alter table ' ~ node.relation_name ~ ' create branch ' ~ branch) -%}
        {%- do commit_properties(node.relation_name, branch, dict({'dm.run-id': invocation_id}, **state_properties(table))) -%}
        {%- set state = branch_states([node], branch)[node.unique_id] -%}
        {%- set untouched = state.parent == table.main and state.main == table.main -%}
        {%- do run_query(publish_statements([node] if untouched else [], [node], branch)) -%}
    {%- endif -%}
{% endmacro %}
