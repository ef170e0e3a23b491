{#- Metadata are a few rows: compiling what computes them takes longer than interpreting it. -#}
{% macro settings_of_planning() %}
    {{ return({'spark.sql.codegen.factoryMode': 'NO_CODEGEN'}) }}
{% endmacro %}
