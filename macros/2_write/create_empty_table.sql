{% macro create_empty_table(relation, create='create') %}
    {{ create }} table {{ relation }} ({{ column_definitions(model.columns) }})
    {{ file_format_clause() }}
    {{ partition_cols(label='partitioned by') }}
    {{ location_clause() }}
    comment {{ sql_string(model.description) }}
    {{ tblproperties_clause() }}
{% endmacro %}
