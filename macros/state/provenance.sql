{#- What a snapshot of the model's table says of itself. Its tests are those that its rows must pass before readers
    see them; rows that did not are `untested`. -#}
{% macro provenance(node) %}
    {%- set plan, tests = graph.period_plans[node.unique_id], [] -%}
    {%- for id in required_tests(node) if not var('publish_untested') -%}
        {%- do tests.append(graph.nodes[id].name) -%}
    {%- endfor -%}
    {{ return(dict(
        {
            'dm.run-id': run_id(),
            'dm.periods': plan.periods | join(','),
            'dm.code-version': env_var('DM_CODE_VERSION', ''),
            'dm.tests': tests | join(',')
        },
        **state_properties(plan)
    )) }}
{% endmacro %}
