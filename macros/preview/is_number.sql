{% macro is_number(column) %}
    {{ return(modules.re.match('(tiny|small|big)?int|float|double|decimal', column.data_type | lower) is not none) }}
{% endmacro %}
