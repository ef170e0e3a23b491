{#- For each model's table: `table`, its description; `lost`, whether it is there and cannot be read; `main`, the snapshot
    that readers see; what the newest snapshot of a run in main's history says (see take_state); `own`, whether that is
    main itself; and `foreign`, the periods that somebody else wrote since, and who. -#}
{% macro table_states(models) %}
    {%- set found, queries, kept = {}, [], [] -%}
    {%- for node in models -%}
        {%- set there, seen = adapter.get_relation(node.database, node.schema, node.alias), seen_by_readers(node) -%}
        {%- set elsewhere = seen.relation_name != node.relation_name -%}
        {%- set lost = there and is_unreadable(there) or elsewhere and not seen.there -%}
        {%- set table = describe_table(node.relation_name) if there and not lost else none -%}
        {%- set shown = (describe_table(seen.relation_name) if elsewhere and not lost else table) or {} -%}
        {%- set main = shown.snapshot or none -%}
        {%- do found.update({node.unique_id: {'table': table, 'lost': lost, 'main': main, 'own': false, 'foreign': {}}}) -%}
        {%- do take_state(found[node.unique_id], {}, kept) -%}
        {#- If the history has nothing to say of it, this is what is left. -#}
        {%- do found[node.unique_id].update({'held': shown.held or {}}) -%}
        {%- if main -%}
            {%- do queries.extend([snapshot_properties(seen, 'snapshot_id = ' ~ main), audit_branches(seen)]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set rows = run_query(queries | join('union all')).rows if queries else [] -%}
    {%- for row in rows if row.branch -%}
        {%- do kept.append(row.snapshot_id) -%}
    {%- endfor -%}
    {%- for row in rows if not row.branch -%}
        {%- set state = found[row.model] -%}
        {%- if row.inputs -%}
            {%- do take_state(state, row, kept) -%}
            {%- do state.update({'own': true}) -%}
        {%- else -%}
            {%- do inherit_state(seen_by_readers(graph.nodes[row.model]), state, kept) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
