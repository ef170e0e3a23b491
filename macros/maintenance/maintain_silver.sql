{#- dbt run-operation maintain_silver: on one machine, where silver is the loader's, old snapshots and files that nothing
    refers to are removed, then small files are put together: last, so that the snapshot before that stays, from which a
    plan sees that no row changed. On AWS silver belongs to its own job. -#}
{% macro maintain_silver(snapshot_days=30, orphan_days=3) %}
    {%- set table = 'dm_silver.review_flat' -%}
    {%- if target.name != 'emr' and adapter.get_relation(none, 'dm_silver', 'review_flat') -%}
        {%- set expired -%}
            call system.expire_snapshots(
                table => '{{ table }}', older_than => timestamp '{{ days_ago(snapshot_days) }}', retain_last => 1
            )
        {%- endset -%}
        {%- set gone = run_query(expired).rows[0] -%}
        {%- set orphans -%}
            call system.remove_orphan_files(table => '{{ table }}', older_than => timestamp '{{ days_ago(orphan_days) }}')
        {%- endset -%}
        {%- set lost = run_query(orphans).rows -%}
        {#- Manifests also name the files that a commit took away, with the least and the greatest of their texts. -#}
        {%- do run_query("call system.rewrite_manifests(table => '" ~ table ~ "')") -%}
        {%- set files = run_query("call system.rewrite_data_files(table => '" ~ table ~ "')").rows[0] -%}
        {%- do log(
            table ~ ': ' ~ counted(files.rewritten_data_files_count, 'small file') ~ ' put together, '
            ~ counted(gone.deleted_manifest_lists_count, 'old snapshot') ~ ' expired, '
            ~ counted(lost | length, 'orphan file') ~ ' removed',
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
