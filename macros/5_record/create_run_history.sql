{% macro create_run_history(history) %}
    create table if not exists {{ history.relation_name }} ({{ column_definitions(history.columns) }})
    using iceberg
    comment {{ sql_string(history.description) }}
    tblproperties ('commit.retry.num-retries' = '20')
{% endmacro %}
