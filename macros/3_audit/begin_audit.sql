{#- From here to publish_audited(), Spark writes gold tables to the run's branch, and reads them there; nobody else sees
    it. It holds for tables with the property write.wap.enabled, so not for silver. dbt runs what this returns. -#}
{% macro begin_audit() %}
    {%- if execute and command() in ('build', 'run') -%}
        {%- do use_settings(settings_by_size()) -%}
        {{ return('set `spark.wap.branch` = ' ~ audit_branch()) }}
    {%- endif -%}
{% endmacro %}
