{#- The months that a person names for an operation: valid ones, in order; all of those that are known for 'all'. -#}
{% macro held_names(periods, known) %}
    {%- set found = valid_periods(known | list if periods == 'all' else periods) -%}
    {%- if not found -%}
        {%- do exceptions.raise_compiler_error('there is no such month') -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
