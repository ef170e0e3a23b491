{#- The query for when a source's rows last changed on main: neither a compaction nor a write to a branch makes it fresh. -#}
{% macro loaded_at(relation) %}
    {%- set main = run_query("select snapshot_id from " ~ relation ~ ".refs where name = 'main'").rows -%}
    {%- set change = newest_change({'relation': relation, 'snapshot': main[0].snapshot_id, 'history': none}) if main -%}
    select max(committed_at) from {{ relation }}.snapshots where snapshot_id = {{ change.snapshot_id if change else 'null' }}
{% endmacro %}
