{#- The periods that the model will build in this run, and the inputs that its commit will record. -#}
{% macro plan_model(node, silver, built) %}
    {%- if flags.EMPTY -%}
        {%- do exceptions.raise_compiler_error('--empty would empty the months of ' ~ node.name ~ ': leave it out') -%}
    {%- endif -%}
    {#- Rendered outside a model, in_periods() is `true`: the text has all that decides the rows (SQL, macros, vars) but the periods. -#}
    {%- set code = render(node.raw_code) -%}
    {%- set now = {} -%}
    {%- for id in node.depends_on.nodes if id in silver -%}
        {%- for period, fingerprint in silver[id].items() -%}
            {%- do now.update({period: local_md5(now.get(period, code) ~ fingerprint)[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set known = (now.keys() | list + built.keys() | list) | unique | sort -%}
    {%- set asked = asked_periods(node.name) -%}
    {%- set stale = [] -%}
    {%- for period in known if now.get(period) != built.get(period) -%}
        {%- do stale.append(period) -%}
    {%- endfor -%}
    {%- set periods = stale if asked == 'stale' else known if asked == 'all' else asked -%}
    {%- set inputs = {} -%}
    {%- for period in known -%}
        {%- set fingerprint = (now if period in periods else built).get(period) -%}
        {%- if fingerprint -%}{%- do inputs.update({period: fingerprint}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({'asked': asked, 'stale': stale, 'periods': periods, 'inputs': inputs}) }}
{% endmacro %}
