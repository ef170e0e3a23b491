{#- dbt knows nothing of a table that it could not describe, such as one whose metadata file is gone. -#}
{% macro is_unreadable(relation) %}
    {{ return(not relation.information and relation.type != 'view') }}
{% endmacro %}
