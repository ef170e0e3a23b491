{#- What becomes of each table that had periods to build: failed, with the reason, if the build or a test was not
    good, or a table that it reads is not published; overtaken if somebody else has published it since the run planned;
    else published, or in a preview previewed. The runner finds status and reason in the result's adapter_response. -#}
{% macro table_outcomes(results) %}
    {%- set nodes, outcomes, statuses = [], [], {} -%}
    {%- for id, plan in graph.period_plans.items() if plan.periods -%}
        {%- do nodes.append(graph.nodes[id]) -%}
    {%- endfor -%}
    {%- set states = run_states(nodes) -%}
    {%- for node in nodes -%}
        {%- set plan, state = graph.period_plans[node.unique_id], states[node.unique_id] -%}
        {%- set passed, warned = [], [] -%}
        {%- for test in required_tests(node) if results.get(test).status in ('pass', 'warn') -%}
            {%- do (passed if results[test].status == 'pass' else warned).append(graph.nodes[test].name) -%}
        {%- endfor -%}
        {%- set problem = why_failed(node, results) or why_void(node, plan, state, statuses) -%}
        {%- set status = 'failed' if problem else 'previewed' if var('preview') else 'published' if state.main == plan.main else 'overtaken' -%}
        {%- do statuses.update({node.unique_id: status}) -%}
        {%- set result = results.get(node.unique_id) -%}
        {%- if result -%}
            {%- do result.adapter_response.update({'outcome': status, 'problem': problem}) -%}
        {%- endif -%}
        {%- do outcomes.append({
            'node': node,
            'plan': plan,
            'state': state,
            'status': status,
            'error': problem.message if problem else none,
            'told': is_told(result, problem, results),
            'tests_passed': passed | length + warned | length,
            'warnings': warned | join(', '),
            'started': result.timing[0].started_at if result.timing else run_started_at
        }) -%}
    {%- endfor -%}
    {{ return(outcomes) }}
{% endmacro %}
