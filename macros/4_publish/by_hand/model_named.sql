{#- The node of a gold model, by the name of its table. -#}
{% macro model_named(table) %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == table -%}
        {{ return(node) }}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error("there is no model '" ~ table ~ "'") -%}
{% endmacro %}
