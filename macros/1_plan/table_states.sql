{#- For each model's table: `table`, its description; `main`, the snapshot that readers see; and what the newest snapshot
    of a run in main's history says: `inputs`, the map period -> input fingerprint that its rows were built from, and
    `untested`, the periods that nobody has tested. `foreign` are the periods that somebody else wrote since, and who. -#}
{% macro table_states(models) %}
    {%- set found, queries, kept = {}, [], [] -%}
    {%- for node in models -%}
        {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- set table = describe_table(node.relation_name) if there else none -%}
        {%- set main = table.snapshot if table else none -%}
        {%- do found.update({node.unique_id: {'table': table, 'main': main, 'inputs': {}, 'sources': '{}', 'code': '', 'untested': [], 'foreign': {}}}) -%}
        {%- if main -%}
            {%- do queries.extend([snapshot_properties(node, 'snapshot_id = ' ~ main), audit_branches(node)]) -%}
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
        {%- else -%}
            {%- do inherit_state(graph.nodes[row.model], state, kept) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
