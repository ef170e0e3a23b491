{#- What the run will build of the model, and what its commit will record. -#}
{% macro plan_model(node, silver, table) %}
    {%- if flags.EMPTY -%}
        {%- do exceptions.raise_compiler_error('--empty would empty the months of ' ~ node.name ~ ': leave it out') -%}
    {%- endif -%}
    {%- set read, code = reads(node), model_code(node) -%}
    {%- set now, sources = {}, {} -%}
    {%- for id in read.sources + read.gold -%}
        {%- if id in graph.sources -%}
            {%- do sources.update({id.split('.')[2:] | join('.'): silver[id].snapshot}) -%}
        {%- endif -%}
        {%- for period, fingerprint in silver[id].fingerprints.items() -%}
            {%- do now.update({period: local_md5(now.get(period, '') ~ fingerprint)[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for period in now -%}{%- do now.update({period: code[:8] ~ now[period]}) -%}{%- endfor -%}
    {%- set why = stale_periods(now, table) -%}
    {%- set stale = why.keys() | sort -%}
    {%- set known = (now.keys() | list + table.inputs.keys() | list + stale) | unique | sort -%}
    {%- set asked = asked_periods(node.name) -%}
    {%- set asked = 'stale' if asked == 'all' and var('only_stale') else asked -%}
    {%- set builds = command() in ('build', 'run') and node.unique_id in selected_resources -%}
    {%- set periods = stale if asked == 'stale' else known if asked == 'all' else asked -%}
    {%- set periods = [] if not builds else periods | select('in', stale) | list if var('only_stale') else periods -%}
    {%- set inputs = {} -%}
    {%- for period in known -%}
        {%- set fingerprint = (now if period in periods else table.inputs).get(period) -%}
        {%- if fingerprint -%}{%- do inputs.update({period: fingerprint}) -%}{%- endif -%}
    {%- endfor -%}
    {%- set untested = table.untested | reject('in', periods) | list + (periods if var('publish_untested') else []) -%}
    {{ return({
        'builds': builds, 'asked': asked, 'why': why, 'stale': stale, 'periods': periods, 'inputs': inputs,
        'untested': untested | sort, 'table': table.table, 'main': table.main, 'sources': sources, 'code': code,
        'reads': read
    }) }}
{% endmacro %}
