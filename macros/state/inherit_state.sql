{#- The state of a table whose newest snapshot is not a run's: that of the newest ancestor which is. The snapshots since
    then that are no maintenance (replace) are somebody else's, and what they touched is built again, as tests have not seen
    it. Where no ancestor is a run's, for somebody has expired it, nobody knows what any month was built from. -#}
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
    {%- if others or not walk.at -%}
        {%- set table = {'relation': node.relation_name, 'snapshot': state.main, 'types': {}, 'year_specs': [], 'month_specs': []} -%}
        {%- if walk.at -%}
            {%- set since = 'status in (1, 2) and snapshot_id in (' ~ others | join(', ') ~ ')' -%}
            {%- set touched = files_by_period(table, node.relation_name ~ '.all_entries', since, 'data_file.') -%}
            {%- set by = writers | unique | join(', ') -%}
        {%- else -%}
            {%- set touched = files_by_period(table, node.relation_name ~ '.files ' ~ as_of(state.main)) -%}
            {%- set by = 'a run that its history does not tell of' -%}
        {%- endif -%}
        {%- for period in (state.inputs.keys() | list + touched.exact.keys() | list) | unique | sort -%}
            {%- if period in touched.exact or boxes_with(touched.boxes, period) -%}
                {%- do state.foreign.update({period: by}) -%}
                {%- do state.inputs.pop(period, none) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do state.update({'untested': (state.untested + state.foreign.keys() | list) | unique | list}) -%}
        {%- set again = '; to be built again: ' ~ periods_in_words(state.foreign.keys() | reject('in', state.held) | sort) -%}
        {%- if walk.at -%}
            {%- do log(node.name ~ ': somebody else wrote to it (' ~ by ~ ')' ~ again, info=true) -%}
        {%- else -%}
            {%- do exceptions.warn(
                node.name ~ ': no snapshot tells any more what its rows were built from: somebody else has expired those that did' ~ again
                ~ ('; held all the same: ' ~ periods_in_words(state.held.keys() | sort) if state.held)
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
