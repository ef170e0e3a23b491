{#- What of a model's table is stale. `why`: a mapping from each stale month, in order, to the reason; `now`: from each month
    of its sources to what its rows would be built from, 8 characters for the code, then 16 for the files; `columns`: for each
    source, since which schema the columns that the code reads are what they are, and which one was seen.
    Stale is a month whose files are others than those that it was built from, unless all that silver did since changed no
    row of it, and a month that was built by other code or of other columns. -#}
{% macro stale_periods(node, sources, table, code) %}
    {%- set why, now, columns, fingerprints = {}, {}, {}, {} -%}
    {%- set words = modules.re.findall('\\w+', code | lower) + node.columns.keys() | map('lower') | list -%}
    {%- set unknown = [] -%}
    {%- for id in node.depends_on.nodes if id in sources -%}
        {%- set name = id.split('.')[2:] | join('.') -%}
        {%- set since = schema_since(sources[id], (table.columns or {}).get(name), words) -%}
        {%- do columns.update({name: {'since': since, 'seen': sources[id].schema}}) -%}
        {%- for period, fingerprint in sources[id].fingerprints.items() -%}
            {%- do fingerprints.update({period: local_md5(fingerprints.get(period, '') ~ name ~ fingerprint)[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set version = code -%}
    {%- set since = [] -%}
    {%- for name, column in columns.items() if column.since is not none -%}
        {%- do since.append(name ~ column.since) -%}
    {%- endfor -%}
    {%- set version = local_md5(code ~ since | join)[:8] -%}
    {%- for period, fingerprint in fingerprints.items() -%}
        {%- do now.update({period: version ~ fingerprint}) -%}
    {%- endfor -%}
    {%- set built = table.inputs or {} -%}
    {%- for period in (now.keys() | list + built.keys() | list) | unique | sort if now.get(period) != built.get(period) -%}
        {%- if table.inputs is none -%}
            {%- do why.update({period: 'not built yet'}) -%}
        {%- elif period in now and period in built and now[period][:8] != built[period][:8] -%}
            {%- do why.update({period: 'columns that it reads changed in silver' if table.code == local_md5(code)[:16] else 'its code changed'}) -%}
        {%- else -%}
            {%- set changed = rows_changed(node, sources, table, period) -%}
            {%- if changed == 'unknown' -%}
                {%- do unknown.append(period) -%}
            {%- endif -%}
            {%- if changed -%}
                {%- do why.update({period: 'silver changed' if period in built else 'not built yet'}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if unknown -%}
        {%- do log(
            node.name ~ ': silver does not keep its history back to what was built, so files alone tell that '
            ~ periods_in_words(unknown) ~ ' changed', info=true
        ) -%}
    {%- endif -%}
    {{ return({'why': why, 'now': now, 'columns': columns}) }}
{% endmacro %}
