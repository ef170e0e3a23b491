{#- Stops before a table is made or written to whose columns or types are not those of the model's SQL, and names each that differs:
    a table that was made of a wrong contract could not be mended by a change of the model. -#}
{% macro assert_sql_is_contract(sql) %}
    {%- set found, wrong, missing = {}, [], [] -%}
    {%- for row in run_query('describe query ' ~ sql).rows -%}
        {%- do found.update({row.col_name: row.data_type}) -%}
    {%- endfor -%}
    {%- for name, column in model.columns.items() if found.get(name) != column.data_type -%}
        {%- set there = 'is ' ~ found[name] ~ ' in the SQL' if name in found else 'is not in the SQL' -%}
        {%- do wrong.append(name ~ ' ' ~ there ~ ', and ' ~ (column.data_type or 'without data_type') ~ ' in the YAML') -%}
    {%- endfor -%}
    {%- for name in found if name not in model.columns -%}
        {%- do missing.append(name ~ ' ' ~ found[name]) -%}
    {%- endfor -%}
    {%- do wrong.append('not in the YAML: ' ~ missing | join(', ')) if missing -%}
    {%- if wrong -%}
        {%- do exceptions.raise_compiler_error(model.name ~ ' was not built, for its SQL and its YAML differ: ' ~ wrong | join('; ')) -%}
    {%- endif -%}
{% endmacro %}
