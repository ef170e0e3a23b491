{#- A run_history that an older version of the project made gets the columns that it has not. -#}
{% macro add_missing_columns(history) %}
    {%- set there = describe_table(history.relation_name).columns | map(attribute='name') | list -%}
    {%- set missing = {} -%}
    {%- for name, column in history.columns.items() if name not in there -%}
        {%- do missing.update({name: column}) -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- do run_query('alter table ' ~ history.relation_name ~ ' add columns (' ~ column_definitions(missing) ~ ')') -%}
    {%- endif -%}
{% endmacro %}
