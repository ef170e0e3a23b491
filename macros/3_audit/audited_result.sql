{#- What test_summary() or row_loss() found, in the form of one of dbt's results; a failure is told. -#}
{% macro audited_result(row) %}
    {%- set test = graph.nodes.get(row.test, {'name': row.test, 'resource_type': 'test', 'config': {'severity': 'error'}}) -%}
    {%- set fails = row.is_error and test.config.severity | lower == 'error' -%}
    {%- set bad = {'periods': (row.periods or '').split(',') | select | list} -%}
    {%- if row.example -%}
        {%- do bad.update({'example': tojson(without_personal_data(fromjson(row.example)))[:300]}) -%}
    {%- endif -%}
    {%- if fails -%}{%- do tell_failure(test.name, bad) -%}{%- endif -%}
    {{ return({
        'node': test,
        'status': 'fail' if fails else 'warn' if row.is_error or row.is_warning else 'pass',
        'failures': row.failures,
        'adapter_response': bad
    }) }}
{% endmacro %}
