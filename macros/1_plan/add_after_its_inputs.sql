{% macro add_after_its_inputs(node, models) %}
    {%- if node not in models -%}
        {%- for id in reads(node).gold -%}
            {%- do add_after_its_inputs(graph.nodes[id], models) -%}
        {%- endfor -%}
        {%- do models.append(node) -%}
    {%- endif -%}
{% endmacro %}
