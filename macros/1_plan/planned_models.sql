{#- The gold models among some nodes, or tested by them, and those that these read, each after what it reads. -#}
{% macro planned_models(ids) %}
    {%- set wanted, found = [], [] -%}
    {%- for id in ids | sort -%}
        {%- do wanted.extend([id, graph.nodes.get(id, {}).get('attached_node')]) -%}
    {%- endfor -%}
    {%- for id in wanted if id in graph.nodes and is_gold(graph.nodes[id]) -%}
        {%- do add_after_its_inputs(graph.nodes[id], found) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
