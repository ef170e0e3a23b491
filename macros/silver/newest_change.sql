{#- The newest of a source's snapshots that changed rows; if none of those that are kept did, the oldest: the change was before. -#}
{% macro newest_change(state) %}
    {%- set kept = snapshots_since(state, none) -%}
    {{ return(kept | rejectattr('operation', 'equalto', 'replace') | first | default(kept | last, true)) }}
{% endmacro %}
