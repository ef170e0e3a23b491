{% macro create_empty_table(relation) %}
    create table {{ relation }} (
        {%- for column in model.columns.values() %}
        {{ adapter.quote(column.name) }} {{ column.data_type }}
        {{- ' not null' if column.constraints | selectattr('type', 'equalto', 'not_null') | list }}
        {{- ' comment ' ~ sql_string(column.description) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
    {{ file_format_clause() }}
    {{ partition_cols(label='partitioned by') }}
    {{ location_clause() }}
    comment {{ sql_string(model.description) }}
    {{ tblproperties_clause() }}
{% endmacro %}
