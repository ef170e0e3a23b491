{#- Lets a table have nulls where its contract has no not_null any more. -#}
{% macro allow_nulls(relation) %}
    {%- for column in model.columns.values() if not column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do run_query('alter table ' ~ relation ~ ' alter column ' ~ adapter.quote(column.name) ~ ' drop not null') -%}
    {%- endfor -%}
{% endmacro %}
