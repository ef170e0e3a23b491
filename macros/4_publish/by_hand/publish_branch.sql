{#- By hand: dbt run-operation publish_branch --args '{table: T, branch: B}'. Its rows are tested first, as a person may
    have mended them; with var publish_untested they are not, and the table remembers it. -#}
{% macro publish_branch(table, branch, by='') %}
    {%- set node = model_named(table) -%}
    {%- set kept = kept_branch(node, branch) -%}
    {%- if not kept.follows_main -%}
        {%- do exceptions.raise_compiler_error(
            table ~ ' has been published since ' ~ branch ~ ' was written: build its months again instead, with dbt run --select ' ~ table
        ) -%}
    {%- endif -%}
    {%- do assert_as_previewed(node, branch, kept) if branch.startswith('audit_preview_') -%}
    {%- do graph.update({'period_plans': {node.unique_id: kept.plan}, 'pinned_sources': kept.pinned}) -%}
    {%- do run_query('set `spark.wap.branch` = ' ~ branch) -%}
    {%- set results = audited_results([{'node': node, 'status': 'success', 'adapter_response': {}}]) -%}
    {%- do run_query('reset `spark.wap.branch`') -%}
    {%- set problem = why_failed(node, results) -%}
    {%- if problem -%}
        {%- do exceptions.raise_compiler_error(
            table ~ ' is not published, for ' ~ problem.message ~ ". To publish it all the same, add --vars '{publish_untested: true}'"
        ) -%}
    {%- endif -%}
    {%- set warned = [] -%}
    {%- for test in required_tests(node) if results.get(test).status == 'warn' -%}{%- do warned.append(graph.nodes[test].name) -%}{%- endfor -%}
    {%- do seal_branch(node, branch, kept.plan.untested, {
        'dm.action': 'published by ' ~ who(by) ~ (': untested, from ' if var('publish_untested') else ': from ') ~ branch,
        'dm.decided': kept.plan.periods | join(','), 'dm.warnings': warned | join(', ')
    }) -%}
    {%- do publish_by_hand(node, branch) -%}
    {%- do log('Published ' ~ table ~ ' from ' ~ branch, info=true) -%}
{% endmacro %}
