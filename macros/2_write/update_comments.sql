{#- Brings the comments in the catalog up to date: one statement for the columns, one for the table,
    and none where nothing differs. -#}
{% macro update_comments(relation, table) %}
    {%- set changed = [] -%}
    {%- for column in table.columns if column.comment != model.columns[column.name].description | trim -%}
        {%- do changed.append(adapter.quote(column.name) ~ ' comment ' ~ sql_string(model.columns[column.name].description)) -%}
    {%- endfor -%}
    {%- if changed -%}
        {%- do run_query('alter table ' ~ relation ~ ' alter column ' ~ changed | join(', ')) -%}
    {%- endif -%}
    {%- if table.comment != model.description | trim -%}
        {%- do run_query('comment on table ' ~ relation ~ ' is ' ~ sql_string(model.description)) -%}
    {%- endif -%}
{% endmacro %}
