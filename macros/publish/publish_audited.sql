{#- Ends what begin_audit() began: the tables whose tests all passed are published by moving main to the
    run's branch; of the others, main stays as it is and the branch is kept. dbt runs what this returns. -#}
{% macro publish_audited(results) %}
    {%- if not execute or flags.WHICH not in ('build', 'run') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set outcome = {} -%}
    {%- for result in results -%}
        {%- do outcome.update({result.node.unique_id: result.status}) -%}
    {%- endfor -%}
    {%- set passed, failed = [], [] -%}
    {%- for id, plan in graph.period_plans.items() if plan.periods -%}
        {%- set node = graph.nodes[id] -%}
        {%- set unproven = [] -%}
        {%- for test in selected_tests(node) if outcome.get(test) not in ('pass', 'warn') -%}
            {%- do unproven.append(test) -%}
        {%- endfor -%}
        {%- do (passed if outcome.get(id) == 'success' and not unproven else failed).append(node) -%}
    {%- endfor -%}
    {%- do explain_failures(results) -%}
    {%- do run_query('reset `spark.wap.branch`') -%}
    {%- do tell_kept_branches(failed) -%}
    {{ return(publish_script(passed)) }}
{% endmacro %}
