{#- Whether any snapshot of a table has a file of rows, be it one that readers see, an older one, or that of a branch. -#}
{% macro has_had_rows(relation) %}
    {%- set query = 'select 1 from ' ~ relation ~ '.all_data_files limit 1' -%}
    {{ return(run_query(query).rows | length > 0) }}
{% endmacro %}
