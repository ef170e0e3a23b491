{#- What Spark does otherwise where it builds and tests, by how many rows of silver the run's largest table reads. Of a few,
    compiling a plan takes longer than running it as it is. Of many, a Spark that plans once (see local/spark/conf.py)
    adapts its plans, with some hundred thousand rows to a task. -#}
{% macro settings_by_size() %}
    {%- set rows = graph.period_plans.values() | map(attribute='total_rows') | list | sort | last | default(0) -%}
    {%- if rows <= 100000 -%}
        {{ return({'spark.sql.codegen.wholeStage': 'false'}) }}
    {%- endif -%}
    {%- set settings = {'spark.sql.codegen.factoryMode': 'FALLBACK'} -%}
    {%- if rows >= 4000000 and run_query('set `spark.sql.adaptive.enabled`').rows[0].value == 'false' -%}
        {%- do settings.update({'spark.sql.adaptive.enabled': 'true', 'spark.sql.shuffle.partitions': rows // 500000}) -%}
    {%- endif -%}
    {{ return(settings) }}
{% endmacro %}
