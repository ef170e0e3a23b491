{#- Spark does again as its configuration says. -#}
{% macro reset_settings() %}
    {%- for name in graph.get('settings', {}) -%}
        {%- do run_query('reset `' ~ name ~ '`') -%}
    {%- endfor -%}
    {%- do graph.update({'settings': {}}) -%}
{% endmacro %}
