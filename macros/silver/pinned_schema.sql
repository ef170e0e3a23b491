{#- How to read a source at the run's snapshot with the columns that it has now: Spark would give those that it had then.
    `schema` is the id of the present schema, and `reads` the SQL. The ids of schemas stand in a plan's text alone. -#}
{% macro pinned_schema(state) %}
    {%- set at = state.relation ~ ' ' ~ as_of(state.snapshot) -%}
    {%- set nothing = ' where review_year = -999999' -%}
    {%- set text = run_query('explain select 1 from ' ~ state.relation ~ nothing ~ ' union all select 1 from ' ~ at ~ nothing).rows[0][0] -%}
    {%- set ids = modules.re.findall('schemaId=([0-9]+)', text) -%}
    {%- set now, then = (ids[0], ids[1]) if ids | length == 2 else (none, none) -%}
    {%- if now == then -%}
        {{ return({'schema': now, 'reads': at}) }}
    {%- endif -%}
    {%- set schemas, columns, was = source_schemas(state), [], {} -%}
    {%- for field in schemas[then | int] -%}
        {%- do was.update({field.id: field.name}) -%}
    {%- endfor -%}
    {%- for field in schemas[now | int] -%}
        {%- set default = sql_string(field.default) if field.default is not none else 'null' -%}
        {%- set value = adapter.quote(was[field.id]) if field.id in was else default -%}
        {%- do columns.append('cast(' ~ value ~ ' as ' ~ state.types[field.name] ~ ') as ' ~ adapter.quote(field.name)) -%}
    {%- endfor -%}
    {{ return({'schema': now, 'reads': '(select ' ~ columns | join(', ') ~ ' from ' ~ at ~ ')'}) }}
{% endmacro %}
