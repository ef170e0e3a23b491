{#- The end of what write_aside() began: the tables that were built beside production's go, with their files. -#}
{% macro drop_aside() %}
    {%- for id in graph.set_aside -%}
        {%- do run_query('drop table if exists ' ~ graph.nodes[id].relation_name ~ ' purge') -%}
    {%- endfor -%}
    {%- if graph.set_aside and not run_query('show tables in ' ~ aside_schema()).rows -%}
        {%- do run_query('drop schema if exists ' ~ aside_schema()) -%}
    {%- endif -%}
{% endmacro %}
