{#- The snapshots of a source that are kept: from the id of each to its parent, operation and time. Asked once a run. -#}
{% macro source_history(state) %}
    {%- if state.history is none -%}
        {%- set history = {} -%}
        {%- for row in run_query('select snapshot_id, parent_id, operation, unix_millis(committed_at) as committed_ms from ' ~ state.relation ~ '.snapshots').rows -%}
            {%- do history.update({row.snapshot_id: row}) -%}
        {%- endfor -%}
        {%- do state.update({'history': history}) -%}
    {%- endif -%}
    {{ return(state.history) }}
{% endmacro %}
