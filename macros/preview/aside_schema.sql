{% macro aside_schema() %}
    {{ return('dm_gold_preview') }}
{% endmacro %}
