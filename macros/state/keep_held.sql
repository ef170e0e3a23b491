{#- The months that are held as a property of the table, too, which no expiry of snapshots takes away. In hexadecimal digits: Spark
    shows no value in which it finds a word such as token. -#}
{% macro keep_held(node, held) %}
    {%- set hex = tojson(held_by_hand(held)).encode('utf-8').hex() -%}
    {%- set change = "set tblproperties ('dm.held' = '" ~ hex ~ "')" if held else "unset tblproperties if exists ('dm.held')" -%}
    {%- do run_query('alter table ' ~ node.relation_name ~ ' ' ~ change) -%}
{% endmacro %}
