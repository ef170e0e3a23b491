{#- The plan of a gold model. Stops the model, before it writes, where there is none, or where its rows would go to what
    readers see: because a hook of the run failed, or is missing, or somebody has changed Spark's settings. -#}
{% macro assert_audited(node) %}
    {%- set plan = graph.get('period_plans', {}).get(node.unique_id) -%}
    {%- set branch = run_query('set `spark.wap.branch`').rows[0].value -%}
    {%- if not plan or branch != audit_branch() -%}
        {%- do exceptions.raise_compiler_error(
            node.name ~ ' was not built: this run has no audit, without which readers would see untested rows. '
            ~ 'on-run-start of dbt_project.yml has to begin it, and on-run-end to publish what passes'
        ) -%}
    {%- elif plan.lost -%}
        {#- Spark tells best why this table cannot be read: which file is gone, or which service does not answer. -#}
        {%- do describe_table(node.relation_name) -%}
        {%- do exceptions.raise_compiler_error(node.relation_name ~ ' could not be read when the run began: run it again') -%}
    {%- elif node.language != 'sql' -%}
        {%- do exceptions.raise_compiler_error(node.name ~ ': a gold model is written in SQL, not in ' ~ node.language) -%}
    {%- elif plan.reads.refused -%}
        {%- set refused = graph.nodes[plan.reads.refused[0]] -%}
        {%- do exceptions.raise_compiler_error(
            node.name ~ ' reads ' ~ refused.name ~ ', of which nobody can tell which months change: it is a '
            ~ (refused.config.materialized if refused.resource_type == 'model' else refused.resource_type)
            ~ '. Make it a view, an ephemeral model or a gold model, or declare its table as a source'
        ) -%}
    {%- endif -%}
    {{ return(plan) }}
{% endmacro %}
