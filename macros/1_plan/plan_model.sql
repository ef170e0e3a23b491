{#- What the run will build of the model, and what its commit will record. -#}
{% macro plan_model(node, silver, table) %}
    {%- if flags.EMPTY -%}
        {%- do exceptions.raise_compiler_error('--empty would empty the months of ' ~ node.name ~ ': leave it out') -%}
    {%- endif -%}
    {#- Rendered outside a model, in_periods() is `true`: the text has all that decides the rows (SQL, macros, vars) but the periods. -#}
    {%- set code = render(node.raw_code) -%}
    {%- set now, sources = {}, {} -%}
    {%- for id in node.depends_on.nodes if id in silver -%}
        {%- do sources.update({id.split('.')[2:] | join('.'): silver[id].snapshot}) -%}
        {%- for period, fingerprint in silver[id].fingerprints.items() -%}
            {%- do now.update({period: local_md5(now.get(period, code) ~ fingerprint)[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set built = table.inputs or {} -%}
    {%- set known = (now.keys() | list + built.keys() | list) | unique | sort -%}
    {%- set asked = asked_periods(node.name) -%}
    {%- set asked = 'stale' if asked == 'all' and var('only_stale') else asked -%}
    {%- set stale = [] -%}
    {%- for period in known if now.get(period) != built.get(period) -%}
        {%- do stale.append(period) -%}
    {%- endfor -%}
    {%- set builds = flags.WHICH in ('build', 'run') and node.unique_id in selected_resources -%}
    {%- set periods = stale if asked == 'stale' else known if asked == 'all' else asked -%}
    {%- set periods = [] if not builds else periods | select('in', stale) | list if var('only_stale') else periods -%}
    {%- set inputs = {} -%}
    {%- for period in known -%}
        {%- set fingerprint = (now if period in periods else built).get(period) -%}
        {%- if fingerprint -%}{%- do inputs.update({period: fingerprint}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({
        'builds': builds, 'asked': asked, 'stale': stale, 'periods': periods, 'inputs': inputs,
        'table': table.table, 'main': table.main, 'sources': sources, 'code': local_md5(code)[:16]
    }) }}
{% endmacro %}
