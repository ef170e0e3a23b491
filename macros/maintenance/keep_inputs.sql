{#- Rewriting makes a newest snapshot that does not say what the table was built from, and expiry may remove
    the last one that does; then everything would be stale. So it is said again, in a commit without rows. -#}
{% macro keep_inputs(node) %}
    {%- set table = table_states([node])[node.unique_id] -%}
    {%- if table.inputs and not run_query(inputs_of_snapshot(node, table.main)).rows[0].inputs -%}
        {%- set branch = 'audit_maintain_' ~ invocation_id[:8] -%}
        {%- do commit_properties(node.relation_name, branch, {
            'dm.run-id': invocation_id, 'dm.inputs': tojson(table.inputs), 'dm.sources': tojson(table.sources),
            'dm.columns': tojson(table.columns), 'dm.left-stale': table.left | join(','), 'dm.code': table.code or ''
        }) -%}
        {%- set state = branch_states([node], branch)[node.unique_id] -%}
        {%- set untouched = state.parent == table.main and state.main == table.main -%}
        {%- do run_query(publish_statements([node] if untouched else [], [node], branch)) -%}
    {%- endif -%}
{% endmacro %}
