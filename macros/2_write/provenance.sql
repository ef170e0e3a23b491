{#- What a snapshot of the model's table says of itself. -#}
{% macro provenance(plan) %}
    {%- set tests = [] -%}
    {%- for id in selected_tests(model) if flags.WHICH == 'build' -%}
        {%- do tests.append(graph.nodes[id].name) -%}
    {%- endfor -%}
    {{ return({
        'dm.run-id': run_id(),
        'dm.periods': plan.periods | join(','),
        'dm.inputs': tojson(plan.inputs),
        'dm.sources': tojson(plan.sources),
        'dm.columns': tojson(plan.columns),
        'dm.left-stale': plan.left | join(','),
        'dm.code': plan.code,
        'dm.code-version': env_var('DM_CODE_VERSION', ''),
        'dm.tests': tests | join(',')
    }) }}
{% endmacro %}
