{#- Why a table must not be published: what failed first, in a line, the periods that are known to be at fault for
    any failure, and the ids of all; none if it was built, and all its tests passed or only warned. -#}
{% macro why_failed(node, results) %}
    {%- set built = results.get(node.unique_id) -%}
    {%- set failed, not_run, periods = [], [], [] -%}
    {%- for id in ([node.unique_id] if built.status != 'success' else required_tests(node) + ['row_loss.' ~ node.name]) -%}
        {%- if results.get(id).status in ('error', 'fail') -%}
            {%- do failed.append(id) -%}
            {%- do periods.extend(results[id].adapter_response.periods or []) -%}
        {%- elif results.get(id).status not in ('pass', 'warn') and id in graph.nodes and not var('publish_untested') -%}
            {%- do not_run.append(id) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if failed -%}
        {%- set message = describe_failure(results[failed[0]]) -%}
    {%- elif built.status != 'success' -%}
        {%- set message = one_line(built.message or 'it was not built') -%}
    {%- elif not_run -%}
        {%- set message = 'test ' ~ graph.nodes[not_run[0]].name ~ ': it did not run' -%}
    {%- endif -%}
    {{ return({'message': message, 'periods': periods | unique | sort, 'failed': failed} if message else none) }}
{% endmacro %}
