{#- What becomes of each table that had periods to build: failed, with the reason, if the build or a test was not
    good; overtaken if somebody else has published it since the run planned; else published. The runner finds status
    and reason in the result's adapter_response. -#}
{% macro table_outcomes(results) %}
    {%- set by_id, nodes, outcomes = {}, [], [] -%}
    {%- for result in results -%}
        {%- do by_id.update({result.node.unique_id: result}) -%}
    {%- endfor -%}
    {%- for id, plan in graph.period_plans.items() if plan.periods -%}
        {%- do nodes.append(graph.nodes[id]) -%}
    {%- endfor -%}
    {%- set states = run_states(nodes) -%}
    {%- for node in nodes -%}
        {%- set plan, state = graph.period_plans[node.unique_id], states[node.unique_id] -%}
        {%- set passed = [] -%}
        {%- for test in selected_tests(node) if by_id.get(test).status in ('pass', 'warn') -%}
            {%- do passed.append(test) -%}
        {%- endfor -%}
        {%- set problem = why_failed(node, by_id) -%}
        {%- set status = 'failed' if problem else 'published' if state.main == plan.main else 'overtaken' -%}
        {%- set result = by_id.get(node.unique_id) -%}
        {%- if result -%}
            {%- do result.adapter_response.update({'outcome': status, 'problem': problem}) -%}
        {%- endif -%}
        {%- do outcomes.append({
            'node': node,
            'plan': plan,
            'state': state,
            'status': status,
            'error': problem.message if problem else none,
            'tests_passed': passed | length,
            'started': result.timing[0].started_at if result.timing else run_started_at
        }) -%}
    {%- endfor -%}
    {{ return(outcomes) }}
{% endmacro %}
