{#- Whether the sources' rows of a month may be others than those that a table was built from, for their files are: true,
    false, or 'unknown' if history does not tell. The table says which months were stale already when it was last written. -#}
{% macro rows_changed(ids, sources, table, period) %}
    {%- if period in (table.left or []) -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set answer = namespace(changed=false) -%}
    {%- for id in ids if not answer.changed -%}
        {%- set since = (table.sources or {}).get(source_name(id)) -%}
        {%- set changes = changes_since(sources[id], since) if since != sources[id].snapshot or not since else {'exact': {}, 'boxes': []} -%}
        {%- if changes is string -%}
            {%- set answer.changed = 'unknown' if changes == 'unknown' else true -%}
        {%- else -%}
            {%- set answer.changed = period in changes.exact or boxes_with(changes.boxes, period) | length > 0 -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(answer.changed) }}
{% endmacro %}
