{#- What the run will build of the model, and what its commit will record. -#}
{% macro plan_model(node, sources, table) %}
    {%- if flags.EMPTY -%}
        {%- do exceptions.raise_compiler_error('--empty would empty the months of ' ~ node.name ~ ': leave it out') -%}
    {%- endif -%}
    {%- set code = model_code(node) -%}
    {%- set found = stale_periods(node, sources, table, code) -%}
    {%- set held = held_periods(node, sources, table, found) -%}
    {%- set now, stale = found.now, found.why.keys() | list -%}
    {%- set known = (now.keys() | list + table.inputs.keys() | list + stale) | unique | sort -%}
    {%- set asked = asked_periods(node.name) -%}
    {%- set asked = 'stale' if asked == 'all' and var('only_stale') else asked -%}
    {%- set builds = command() in ('build', 'run') and node.unique_id in selected_resources -%}
    {%- set periods = (stale if asked == 'stale' else known if asked == 'all' else asked) | reject('in', held) | list -%}
    {%- set periods = [] if not builds else periods | select('in', stale) | list if var('only_stale') else periods -%}
    {%- set later = later_periods(node, sources, periods) -%}
    {%- set periods = periods | reject('in', later) | list -%}
    {%- set inputs, built, snapshots, left = {}, {}, {}, stale | reject('in', periods) | list -%}
    {%- for period, said in held.items() if said.why -%}
        {%- do left.append(period) -%}
    {%- endfor -%}
    {%- set is_read = is_read_by_gold(node) -%}
    {%- for period in known -%}
        {%- set fingerprint = (table.inputs if period in left or period in held else now).get(period) -%}
        {%- do inputs.update({period: fingerprint}) if fingerprint -%}
        {%- set by = local_md5(invocation_id)[:8] if period in periods else table.built.get(period) -%}
        {%- do built.update({period: by}) if by and is_read -%}
    {%- endfor -%}
    {%- for id in reads(node).sources -%}
        {%- do snapshots.update({source_name(id): sources[id].snapshot}) -%}
    {%- endfor -%}
    {%- set untested = table.untested | reject('in', periods) | list + (periods if var('publish_untested') else []) -%}
    {{ return({
        'builds': builds, 'asked': asked, 'stale': stale, 'why': found.why, 'periods': periods,
        'inputs': inputs, 'left': left, 'later': later, 'held': held, 'now': now, 'built': built, 'untested': untested | sort, 'table': table.table, 'lost': table.lost,
        'main': table.main, 'own': table.own, 'sources': snapshots, 'columns': found.columns, 'code': code, 'reads': reads(node), 'total_rows': total_rows(node, sources, periods)
    }) }}
{% endmacro %}
