{#- What run_history says of a table: a value for each of its columns. -#}
{% macro run_history_row(outcome, now) %}
    {%- set started = outcome.started.replace(tzinfo=none) -%}
    {%- set now = outcome.finished.replace(tzinfo=none) if outcome.finished else now -%}
    {{ return({
        'run_id': outcome.run_id or run_id(),
        'table_name': outcome.node.name,
        'status': outcome.status,
        'periods': outcome.plan.periods | join(', '),
        'period_count': outcome.plan.periods | length,
        'error_message': outcome.error,
        'tests_passed': outcome.tests_passed,
        'warnings': outcome.warnings or none,
        'started_at': started ~ ' UTC',
        'finished_at': now ~ ' UTC',
        'duration_seconds': (now - started).total_seconds() | round(3),
        'rows_written': outcome.state.rows,
        'silver_snapshot_id': outcome.plan.sources.values() | first,
        'gold_snapshot_id': outcome.state.branch,
        'code_version': env_var('DM_CODE_VERSION', ''),
        'invocation_id': invocation_id,
        'target': target.name
    }) }}
{% endmacro %}
