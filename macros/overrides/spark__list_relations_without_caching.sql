{#- Sends dbt-spark to the other way that it knows, SHOW TABLES and a DESCRIBE for each: SHOW TABLE EXTENDED fails as a whole
    if one table of the schema cannot be read. dbt-spark looks for this message. -#}
{% macro spark__list_relations_without_caching(relation) %}
    {%- if not has_schema(relation.schema) -%}
        {{ return([]) }}
    {%- endif -%}
    {%- do exceptions.raise_compiler_error('SHOW TABLE EXTENDED is not supported for v2 tables') -%}
{% endmacro %}
