{#- Spark does otherwise from here to reset_settings(). -#}
{% macro use_settings(settings) %}
    {%- for name, value in settings.items() -%}
        {%- do run_query('set `' ~ name ~ '` = ' ~ value) -%}
    {%- endfor -%}
    {%- do graph.update({'settings': dict(graph.get('settings', {}), **settings)}) -%}
{% endmacro %}
