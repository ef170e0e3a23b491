{#- The nodes of all gold models, by name. -#}
{% macro gold_models() %}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='name') if is_gold(node) -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
