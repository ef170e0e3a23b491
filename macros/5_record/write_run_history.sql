{#- Adds what this run did with each table to the table run_history: one commit for all of them, after they were
    published. dbt runs what this returns; the first time, the table is made, of what its documentation says. -#}
{% macro write_run_history() %}
    {%- set outcomes = graph.get('outcomes', []) -%}
    {%- if not outcomes or var('preview') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set history = run_history() -%}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none) -%}
    {%- set insert -%}
        insert into {{ history.relation_name }} ({{ history.columns | join(', ') }})
        select /*+ coalesce(1) */ * from values
        {%- for outcome in outcomes %}
            {%- set row = run_history_row(outcome, now) %}
            (
                {%- for name, column in history.columns.items() -%}
                    cast({{ sql_string(row[name] ~ '') if row[name] is not none else 'null' }} as {{ column.data_type }})
                    {{- ', ' if not loop.last }}
                {%- endfor -%}
            ){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- set there = adapter.get_relation(history.database, history.schema, history.alias) -%}
    {%- if not there -%}
        {{ return('begin ' ~ create_run_history(history) ~ '; ' ~ insert ~ '; end') }}
    {%- elif there.information and not modules.re.search('(?m)^warnings: ', there.information) -%}
        {#- The table of a version of the project that had no such column. -#}
        {%- set add = 'alter table ' ~ history.relation_name ~ ' add column warnings string' -%}
        {{ return("begin execute immediate '" ~ add ~ "'; " ~ insert ~ '; end') }}
    {%- endif -%}
    {{ return(insert) }}
{% endmacro %}
