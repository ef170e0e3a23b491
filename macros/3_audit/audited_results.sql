{#- The results of a run by unique_id. The tests that published rows must have passed, and that dbt did not run as nodes,
    are run here, in one statement for all tables: all of them under `dbt run`, none but row_loss() under `dbt build`. -#}
{% macro audited_results(results) %}
    {%- set found, queries, checked = {}, {}, [] -%}
    {%- for result in results -%}
        {%- do found.update({result.node.unique_id: result}) -%}
    {%- endfor -%}
    {%- for id, plan in graph.period_plans.items() if plan.periods and found.get(id).status == 'success' and not var('publish_untested') -%}
        {%- for test in required_tests(graph.nodes[id]) if found.get(test).status not in ('pass', 'warn', 'fail', 'error') -%}
            {%- do queries.update({test: test_summary(graph.nodes[test])}) -%}
        {%- endfor -%}
        {%- if plan.main -%}
            {%- do checked.append((graph.nodes[id], plan)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if checked -%}
        {%- do queries.update({'row_loss': row_loss(checked)}) -%}
    {%- endif -%}
    {%- for row in (run_query(queries.values() | join('\nunion all\n')).rows if queries else []) -%}
        {%- do found.update({row.test: audited_result(row)}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
