{#- The data tests that the model's rows must pass before readers see them: those that look at the model, and those of
    what it reads (sources, and views between) that look at nothing else. -#}
{% macro required_tests(node) %}
    {%- set read, found = reads(node), [] -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' -%}
        {%- set tested = test.depends_on.nodes -%}
        {%- if node.unique_id in tested or (tested and tested | reject('in', read.sources + read.between) | list == []) -%}
            {%- do found.append(test.unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{% endmacro %}
