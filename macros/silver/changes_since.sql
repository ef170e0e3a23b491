{#- Which periods a source's snapshots since another one changed rows of: what files_by_period gives of the files that they
    added or removed, without snapshots that only wrote the same rows to other files (operation replace). 'unknown' if the
    history does not lead back to that one; 'all' if no snapshot is such a one, so that fingerprints tell it all. -#}
{% macro changes_since(state, since) %}
    {%- if since not in state.changes -%}
        {%- set snapshots = snapshots_since(state, since) if since else none -%}
        {%- if snapshots is none -%}
            {%- set changes = 'unknown' -%}
        {%- elif not snapshots | selectattr('operation', 'equalto', 'replace') | list -%}
            {%- set changes = 'all' -%}
        {%- else -%}
            {%- set ids = snapshots | rejectattr('operation', 'equalto', 'replace') | map(attribute='snapshot_id') | list -%}
            {%- set changes = files_by_period(
                state, state.relation ~ '.all_entries', 'status in (1, 2) and snapshot_id in (' ~ ids | join(', ') ~ ')', 'data_file.'
            ) if ids else {'exact': {}, 'boxes': []} -%}
        {%- endif -%}
        {%- do state.changes.update({since: changes}) -%}
    {%- endif -%}
    {{ return(state.changes[since]) }}
{% endmacro %}
