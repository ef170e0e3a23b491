{#- What the run will build of the model, and what its commit will record. -#}
{% macro plan_model(node, silver, table) %}
    {%- if flags.EMPTY -%}
        {%- do exceptions.raise_compiler_error('--empty would empty the months of ' ~ node.name ~ ': leave it out') -%}
    {%- endif -%}
    {#- Rendered outside a model, in_periods() is `true`: the text has all that decides the rows (SQL, macros, vars) but the periods. -#}
    {%- set code = render(node.raw_code) -%}
    {%- set sources = {} -%}
    {%- for id in node.depends_on.nodes if id in silver -%}
        {%- do sources.update({id.split('.')[2:] | join('.'): silver[id].snapshot}) -%}
    {%- endfor -%}
    {%- set found = stale_periods(node, silver, table, code) -%}
    {%- set now, built, stale = found.now, table.inputs or {}, found.why.keys() | list -%}
    {%- set known = (now.keys() | list + built.keys() | list) | unique | sort -%}
    {%- set asked = asked_periods(node.name) -%}
    {%- set asked = 'stale' if asked == 'all' and var('only_stale') else asked -%}
    {%- set builds = flags.WHICH in ('build', 'run') and node.unique_id in selected_resources -%}
    {%- set periods = stale if asked == 'stale' else known if asked == 'all' else asked -%}
    {%- set periods = [] if not builds else periods | select('in', stale) | list if var('only_stale') else periods -%}
    {%- set inputs, left = {}, stale | reject('in', periods) | list -%}
    {%- for period in known -%}
        {%- set fingerprint = (built if period in left else now).get(period) -%}
        {%- if fingerprint -%}{%- do inputs.update({period: fingerprint}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({
        'builds': builds, 'asked': asked, 'stale': stale, 'why': found.why, 'periods': periods, 'inputs': inputs, 'left': left,
        'table': table.table, 'lost': table.lost, 'main': table.main, 'sources': sources, 'columns': found.columns, 'code': local_md5(code)[:16]
    }) }}
{% endmacro %}
