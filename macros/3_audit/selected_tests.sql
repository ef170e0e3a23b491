{#- The tests of this run that the model's rows must pass: those of the model, and those of its sources. -#}
{% macro selected_tests(node) %}
    {%- set found = [] -%}
    {%- for id in selected_resources | sort if graph.nodes.get(id, {}).get('resource_type') == 'test' -%}
        {%- set tested = graph.nodes[id].depends_on.nodes -%}
        {%- if node.unique_id in tested or tested | reject('in', node.depends_on.nodes) | list == [] -%}
            {%- do found.append(id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
