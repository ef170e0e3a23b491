{#- What the tables' snapshots call a source: 'dm_silver.review_flat'. -#}
{% macro source_name(id) %}
    {{ return(id.split('.')[2:] | join('.')) }}
{% endmacro %}
