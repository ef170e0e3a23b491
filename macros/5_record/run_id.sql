{#- What the tables' snapshots and run_history name the run. -#}
{% macro run_id() %}
    {{ return(var('run_id') or invocation_id) }}
{% endmacro %}
