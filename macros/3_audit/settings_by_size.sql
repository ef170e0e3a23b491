{#- What Spark does otherwise in this run, by how many rows of silver its largest table reads. Of a few, compiling a plan takes
    longer than running it as it is. Of many, a Spark that plans once (see local/spark/conf.py) adapts its plans,
    with some hundred thousand rows to a task. -#}
{% macro settings_by_size() %}
    {%- set rows = graph.period_plans.values() | map(attribute='total_rows') | list | sort | last | default(0) -%}
    {%- if rows <= 100000 -%}
        {{ return({'spark.sql.codegen.wholeStage': 'false'}) }}
    {%- elif rows >= 4000000 and run_query('set `spark.sql.adaptive.enabled`').rows[0].value == 'false' -%}
        {{ return({'spark.sql.adaptive.enabled': 'true', 'spark.sql.shuffle.partitions': rows // 500000}) }}
    {%- endif -%}
    {{ return({}) }}
{% endmacro %}
