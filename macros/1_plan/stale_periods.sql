{#- What of a model's table is stale. `why`: a mapping from each stale month, in order, to the reason; `now`: from each month
    of what it reads to what its rows would be built from: 8 characters for the code, 16 for silver's files, and 8 for gold
    models that it reads; `columns`: for each source, since which schema the columns that the code reads are what they are,
    and which one was seen.
    Stale is a month whose files are others than those that it was built from, unless all that silver did since changed no
    row of it; one that was built by other code, of other columns, or from months of gold that were built since; one that
    nobody has tested, and one that somebody else wrote. -#}
{% macro stale_periods(node, sources, table, code) %}
    {%- set read, why, now, columns, unknown = reads(node), {}, {}, {}, [] -%}
    {%- set words = modules.re.findall('\\w+', render(node.raw_code) | lower) + node.columns.keys() | map('lower') | list -%}
    {%- set fingerprints, upstream, since = {}, {}, [] -%}
    {%- for id in read.sources -%}
        {%- set name = source_name(id) -%}
        {%- do columns.update({name: {'since': schema_since(sources[id], table.columns.get(name), words), 'seen': sources[id].schema}}) -%}
        {%- do since.append(name ~ columns[name].since) if columns[name].since is not none -%}
        {%- for period, fingerprint in sources[id].fingerprints.items() -%}
            {%- do fingerprints.update({period: local_md5(fingerprints.get(period, '') ~ name ~ fingerprint)[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for id in read.gold -%}
        {%- for period in sources[id].inputs -%}
            {%- do upstream.update({period: local_md5(upstream.get(period, '') ~ id ~ sources[id].built.get(period, ''))[:8]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set version = local_md5(code ~ since | join)[:8] -%}
    {%- set same_code = versions_of_code(code, columns) -%}
    {%- for period in fingerprints.keys() | list + upstream.keys() | list -%}
        {%- do now.update({period: version ~ fingerprints.get(period, '-' * 16) ~ upstream.get(period, '')}) -%}
    {%- endfor -%}
    {%- for period in (now.keys() | list + table.inputs.keys() | list) | unique | sort if now.get(period) != table.inputs.get(period) -%}
        {%- set before, after = table.inputs.get(period), now.get(period) -%}
        {%- if not before -%}
            {%- do why.update({period: 'not built yet'}) -%}
        {%- elif after and after[:8] != before[:8] -%}
            {%- do why.update({period: 'columns that it reads changed in silver' if before[:8] in same_code else 'its code changed'}) -%}
        {%- elif (after or '')[24:] != before[24:] -%}
            {%- do why.update({period: 'a table that it reads changed'}) -%}
        {%- else -%}
            {%- set changed = rows_changed(read.sources, sources, table, period) -%}
            {%- do unknown.append(period) if changed == 'unknown' -%}
            {%- do why.update({period: 'silver changed'}) if changed -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for period in table.untested -%}
        {%- do why.update({period: 'untested'}) -%}
    {%- endfor -%}
    {%- for period, writer in table.foreign.items() -%}
        {%- do why.update({period: 'written by ' ~ writer}) -%}
    {%- endfor -%}
    {%- if unknown -%}
        {%- do log(
            node.name ~ ': silver does not keep its history back to what was built, so files alone tell that '
            ~ periods_in_words(unknown) ~ ' changed', info=true
        ) -%}
    {%- endif -%}
    {{ return({'why': dict(why | dictsort), 'now': now, 'columns': columns}) }}
{% endmacro %}
