{#- A branch that a person names, as it is in the table: whether it `follows_main`, the `plan` that says what its rows
    are, and the snapshots of the sources that they are tested against. One that is no audit branch is refused. -#}
{% macro kept_branch(node, branch) %}
    {%- set found, snapshots = {}, {} -%}
    {%- if modules.re.fullmatch('audit_[0-9a-z_]+', branch) and adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- for row in run_query("select name, snapshot_id from " ~ node.relation_name ~ ".refs where name in ('main', '" ~ branch ~ "')").rows -%}
            {%- do found.update({row.name: row.snapshot_id}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if branch not in found -%}
        {%- do exceptions.raise_compiler_error(node.name ~ " has no audit branch '" ~ branch ~ "'") -%}
    {%- endif -%}
    {%- for row in run_query(snapshot_properties(node, 'true')).rows -%}
        {%- do snapshots.update({row.snapshot_id: row}) -%}
    {%- endfor -%}
    {%- set walk, periods = namespace(at=found[branch], said=none), [] -%}
    {%- for _ in snapshots if walk.at and walk.at != found.main -%}
        {%- set walk.said = walk.said or (snapshots[walk.at] if snapshots[walk.at].inputs) -%}
        {%- do periods.extend((snapshots[walk.at].periods or '').split(',') | select | list) -%}
        {%- set walk.at = snapshots.get(walk.at, {}).get('parent_id') -%}
    {%- endfor -%}
    {%- set said, sources, pinned = walk.said, fromjson(walk.said.sources or '{}'), {} -%}
    {%- for source in graph.sources.values() if sources.get(source.schema ~ '.' ~ source.name) -%}
        {%- do pinned.update({source.relation_name: source.relation_name ~ ' ' ~ as_of(sources[source.schema ~ '.' ~ source.name])}) -%}
    {%- endfor -%}
    {%- set untested = (said.untested or '').split(',') | select | reject('in', [] if var('publish_untested') else periods) | list -%}
    {{ return({
        'follows_main': walk.at == found.main,
        'pinned': pinned,
        'plan': {
            'builds': true, 'periods': periods, 'why': {}, 'main': found.main, 'reads': reads(node), 'sources': sources,
            'inputs': fromjson(said.inputs or '{}'), 'built': fromjson(said.built or '{}'), 'columns': fromjson(said.columns or '{}'),
            'left': (said.left_stale or '').split(',') | select | list, 'code': said.code or '',
            'held': fromjson(said.held or '{}'),
            'untested': (untested + (periods if var('publish_untested') else [])) | unique | list
        }
    }) }}
{% endmacro %}
