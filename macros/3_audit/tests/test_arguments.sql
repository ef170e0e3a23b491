{#- The arguments of a generic test, as dbt gives them to its macro: with the Jinja in them rendered. -#}
{% macro test_arguments(test) %}
    {%- set found = {} -%}
    {%- for name, value in test.test_metadata.kwargs.items() -%}
        {%- if value is string and name != 'column_name' -%}
            {%- do found.update({name: render_argument(value)}) -%}
        {%- elif value is sequence and value is not mapping and value is not string -%}
            {%- set values = [] -%}
            {%- for one in value -%}
                {%- do values.append(render_argument(one) if one is string else one) -%}
            {%- endfor -%}
            {%- do found.update({name: values}) -%}
        {%- else -%}
            {%- do found.update({name: value}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
