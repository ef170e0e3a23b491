{#- What follows a table's name to read it at a snapshot; nothing if it has none yet. -#}
{% macro as_of(snapshot) -%}
    {{ return('version as of ' ~ snapshot if snapshot else '') }}
{%- endmacro %}
