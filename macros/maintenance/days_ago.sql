{#- The time so many days ago, as Spark reads it, whatever its time zone. -#}
{% macro days_ago(days) -%}
    {{ return((modules.datetime.datetime.now(modules.pytz.utc) - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%d %H:%M:%S UTC')) }}
{%- endmacro %}
