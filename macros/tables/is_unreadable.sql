{#- Of a table that it could not describe, such as one whose metadata file is gone, dbt-spark knows an empty text; of one that
    this run has made, nothing. -#}
{% macro is_unreadable(relation) %}
    {{ return(relation.information == '') }}
{% endmacro %}
