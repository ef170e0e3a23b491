{#- What describe_table gives of a source; one that no monthly table can be built from is refused. -#}
{% macro describe_source(source) %}
    {%- set name = source.relation_name -%}
    {%- set there = adapter.get_relation(source.database, source.schema, source.identifier) -%}
    {%- set needs = ': it has to be an Iceberg table with the columns review_year and review_month, both int' -%}
    {%- if not there -%}
        {%- if has_schema(source.schema) and run_query('show views in ' ~ source.schema ~ " like '" ~ source.identifier ~ "'").rows -%}
            {%- do exceptions.raise_compiler_error(name ~ ' is a view' ~ needs) -%}
        {%- endif -%}
        {%- do exceptions.raise_compiler_error('there is no table ' ~ name ~ ' yet: load reviews first') -%}
    {%- endif -%}
    {%- set table = describe_table(name) -%}
    {%- if table.provider != 'iceberg' -%}
        {%- do exceptions.raise_compiler_error(name ~ ' is no Iceberg table' ~ needs) -%}
    {%- endif -%}
    {%- set types = {} -%}
    {%- for column in table.columns -%}
        {%- do types.update({column.name | lower: column.type}) -%}
    {%- endfor -%}
    {%- for column in ('review_year', 'review_month') if types.get(column) not in ('int', 'bigint') -%}
        {%- set has = 'has ' ~ column ~ ' as ' ~ types[column] if column in types else 'has no column ' ~ column -%}
        {%- do exceptions.raise_compiler_error(name ~ ' ' ~ has ~ needs) -%}
    {%- endfor -%}
    {{ return(table) }}
{% endmacro %}
