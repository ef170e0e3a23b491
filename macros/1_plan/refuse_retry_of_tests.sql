{#- `dbt retry` after a failed test runs that test alone, on what readers see: it would pass without the rows that failed. -#}
{% macro refuse_retry_of_tests() %}
    {%- set models = [] -%}
    {%- if flags.WHICH == 'retry' and command() == 'build' -%}
        {%- for id in selected_resources if graph.nodes.get(id, {}).get('resource_type') == 'test' -%}
            {%- for tested in graph.nodes[id].depends_on.nodes if tested in graph.nodes and is_gold(graph.nodes[tested]) and tested not in selected_resources -%}
                {%- do models.append(graph.nodes[tested].name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if models -%}
        {%- do exceptions.raise_compiler_error(
            'dbt retry cannot build ' ~ models | unique | sort | join(', ') ~ ' again, whose test failed: use dbt build --select '
            ~ models | unique | sort | join(' ')
        ) -%}
    {%- endif -%}
{% endmacro %}
