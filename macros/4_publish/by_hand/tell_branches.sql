{#- dbt run-operation tell_branches: a line of JSON for each audit branch of a gold table, with what its own snapshots say, newest
    first. `dm branches --target aws` asks for it; dm/reading/past/kept.py judges it, and finds the same without Spark on one machine. -#}
{% macro tell_branches() %}
    {%- for node in gold_models() -%}
        {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if there and not is_unreadable(there) -%}
            {%- set snapshots, refs, main = {}, {}, [] -%}
            {%- for row in run_query(snapshot_properties(node, 'true')).rows -%}
                {%- do snapshots.update({row.snapshot_id: row}) -%}
            {%- endfor -%}
            {%- for row in run_query('select name, snapshot_id from ' ~ node.relation_name ~ '.refs').rows -%}
                {%- do refs.update({row.name: row.snapshot_id}) -%}
            {%- endfor -%}
            {%- set walk = namespace(at=snapshots.get(refs.main)) -%}
            {%- for _ in snapshots if walk.at -%}
                {%- do main.append(walk.at.snapshot_id) -%}
                {%- set walk.at = snapshots.get(walk.at.parent_id) -%}
            {%- endfor -%}
            {%- for branch, end in refs.items() if branch.startswith('audit_') and end in snapshots -%}
                {%- set own = [] -%}
                {%- set walk.at = snapshots[end] -%}
                {%- for _ in snapshots if walk.at and walk.at.snapshot_id not in main -%}
                    {%- do own.append({'inputs': walk.at.inputs, 'periods': walk.at.periods, 'untested': walk.at.untested}) -%}
                    {%- set walk.at = snapshots.get(walk.at.parent_id) -%}
                {%- endfor -%}
                {%- do log(tojson({
                    'table': node.name, 'branch': branch, 'written': snapshots[end].committed_at.strftime('%Y-%m-%d %H:%M'), 'own': own
                }), info=true) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
