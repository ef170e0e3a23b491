{#- The state of a table whose newest snapshot is not a run's: that of the newest ancestor which is. The snapshots since
    then that are no maintenance (replace) are somebody else's, and what they touched is built again. -#}
{% macro inherit_state(node, state, kept) %}
    {%- set snapshots, others = {}, {} -%}
    {%- for row in run_query(snapshot_properties(node, 'true')).rows -%}
        {%- do snapshots.update({row.snapshot_id: row}) -%}
    {%- endfor -%}
    {%- set walk = namespace(at=snapshots.get(state.main)) -%}
    {%- for _ in snapshots if walk.at and not walk.at.inputs -%}
        {%- if walk.at.operation != 'replace' -%}
            {%- do others.update({walk.at.snapshot_id: walk.at.writer ~ ' at ' ~ walk.at.committed_at.strftime('%Y-%m-%d %H:%M')}) -%}
        {%- endif -%}
        {%- set walk.at = snapshots.get(walk.at.parent_id) -%}
    {%- endfor -%}
    {%- if walk.at -%}
        {%- do take_state(state, walk.at, kept) -%}
    {%- endif -%}
    {%- if walk.at and others -%}
        {%- set touched -%}
            select distinct snapshot_id, {{ period_of('data_file.partition') }} as period
            from {{ node.relation_name }}.all_entries
            where status != 0 and snapshot_id in ({{ others | join(', ') }})
        {%- endset -%}
        {%- for row in run_query(touched).rows -%}
            {%- do state.foreign.update({row.period: others[row.snapshot_id]}) -%}
            {%- do state.inputs.pop(row.period, none) -%}
        {%- endfor -%}
        {%- do log(
            node.name ~ ': somebody else wrote to it (' ~ others.values() | unique | join(', ') ~ '); to be built again: '
            ~ periods_in_words(state.foreign.keys() | sort),
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
