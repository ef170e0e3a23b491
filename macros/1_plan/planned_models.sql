{#- The gold models that the command selects, itself or by a test, and those that they read, each after what it reads. -#}
{% macro planned_models() %}
    {%- set wanted, found = [], [] -%}
    {%- for id in selected_resources | sort -%}
        {%- do wanted.extend([id, graph.nodes.get(id, {}).get('attached_node')]) -%}
    {%- endfor -%}
    {%- for id in wanted if id in graph.nodes and is_gold(graph.nodes[id]) -%}
        {%- do add_after_its_inputs(graph.nodes[id], found) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
