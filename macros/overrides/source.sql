{#- dbt's source(), at the snapshot that the run pinned at its start, with the columns that the source has now: all models
    and tests of a run read the same state, whatever is written meanwhile. -#}
{% macro source(source_name, table_name) %}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- set reads = graph.get('pinned_sources', {}).get(relation.render()) if execute and not relation.is_cte -%}
    {{ return(reads or relation) }}
{% endmacro %}
