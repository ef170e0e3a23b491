{#- The table run_history, as its documentation declares it: a node of the graph, with an alias like a model's. -#}
{% macro run_history() %}
    {%- set node = graph.sources['source.' ~ project_name ~ '.dm_gold.run_history'] -%}
    {{ return(dict(node, alias=node.identifier)) }}
{% endmacro %}
