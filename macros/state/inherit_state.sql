{#- The state of a table whose newest snapshot is not a run's: that of the newest ancestor which is. The snapshots since
    then that are no maintenance (replace) are somebody else's, and what they touched is built again. -#}
{% macro inherit_state(node, state, kept) %}
    {%- set snapshots, others, writers = {}, [], [] -%}
    {%- for row in run_query(snapshot_properties(node, 'true')).rows -%}
        {%- do snapshots.update({row.snapshot_id: row}) -%}
    {%- endfor -%}
    {%- set walk = namespace(at=snapshots.get(state.main)) -%}
    {%- for _ in snapshots if walk.at and not walk.at.inputs -%}
        {%- if walk.at.operation != 'replace' -%}
            {%- do others.append(walk.at.snapshot_id) -%}
            {%- do writers.append(walk.at.writer ~ ' at ' ~ walk.at.committed_at.strftime('%Y-%m-%d %H:%M')) -%}
        {%- endif -%}
        {%- set walk.at = snapshots.get(walk.at.parent_id) -%}
    {%- endfor -%}
    {%- do take_state(state, walk.at, kept) if walk.at -%}
    {%- if walk.at and others -%}
        {%- set table = {'relation': node.relation_name, 'snapshot': state.main, 'types': {}, 'year_specs': [], 'month_specs': []} -%}
        {%- set touched = files_by_period(
            table, node.relation_name ~ '.all_entries', 'status in (1, 2) and snapshot_id in (' ~ others | join(', ') ~ ')', 'data_file.'
        ) -%}
        {%- for period in (state.inputs.keys() | list + touched.exact.keys() | list) | unique | sort -%}
            {%- if period in touched.exact or boxes_with(touched.boxes, period) -%}
                {%- do state.foreign.update({period: writers | unique | join(', ')}) -%}
                {%- do state.inputs.pop(period, none) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do log(
            node.name ~ ': somebody else wrote to it (' ~ writers | unique | join(', ') ~ '); to be built again: '
            ~ periods_in_words(state.foreign.keys() | sort),
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
