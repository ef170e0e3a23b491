{#- dbt's is_incremental(); in a plan always true, for a model's code is the same whatever there is of its table. -#}
{% macro is_incremental() %}
    {{ return(model.resource_type in ('operation', 'macro') or dbt.is_incremental()) }}
{% endmacro %}
