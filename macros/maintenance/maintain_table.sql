{% macro maintain_table(node, branch_days, snapshot_days, orphan_days) %}
    {%- set table = node.schema ~ '.' ~ node.alias -%}
    {%- set branches = old_audit_branches(node, branch_days) -%}
    {%- for branch in branches -%}
        {%- do run_query('alter table ' ~ table ~ ' drop branch if exists ' ~ branch) -%}
    {%- endfor -%}
    {%- set files = run_query("call system.rewrite_data_files(table => '" ~ table ~ "')").rows[0] -%}
    {%- do run_query("call system.rewrite_manifests(table => '" ~ table ~ "')") -%}
    {%- do keep_inputs(node) if node.resource_type == 'model' -%}
    {%- set expired -%}
        call system.expire_snapshots(
            table => '{{ table }}', older_than => timestamp '{{ days_ago(snapshot_days) }}', retain_last => 1
        )
    {%- endset -%}
    {%- set gone = run_query(expired).rows[0] -%}
    {%- set orphans -%}
        call system.remove_orphan_files(
            table => '{{ table }}', older_than => timestamp '{{ days_ago(orphan_days) }}', prefix_listing => true
        )
    {%- endset -%}
    {%- set lost = run_query(orphans).rows -%}
    {%- do log(
        node.name ~ ': ' ~ branches | length ~ ' old branch' ~ ('es' if branches | length != 1) ~ ' dropped, '
        ~ counted(files.rewritten_data_files_count, 'small file') ~ ' put together, '
        ~ counted(gone.deleted_manifest_lists_count, 'old snapshot') ~ ' expired, '
        ~ counted(lost | length, 'orphan file') ~ ' removed',
        info=true
    ) -%}
{% endmacro %}
