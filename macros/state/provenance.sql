{#- What a snapshot of the model's table says of itself. Its tests are those that its rows must pass before readers
    see them; rows that did not are `untested`. -#}
{% macro provenance(node) %}
    {%- set plan, tests = graph.period_plans[node.unique_id], [] -%}
    {%- if seen_by_readers(node).relation_name != node.relation_name -%}
        {#- The table has no other months than those that this preview builds. -#}
        {%- set inputs = {} -%}
        {%- for period in plan.periods if period in plan.inputs -%}
            {%- do inputs.update({period: plan.inputs[period]}) -%}
        {%- endfor -%}
        {%- set plan = dict(plan, inputs=inputs, left=[], held={}, untested=plan.untested | select('in', plan.periods) | list) -%}
    {%- endif -%}
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
