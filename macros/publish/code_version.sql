{#- The commit that the project is at, if it is in git: `dm setup` lets each start of Spark find it out. -#}
{% macro code_version() %}
    {{ return(run_query("select java_method('java.lang.System', 'getenv', 'DM_CODE_VERSION') as version").rows[0].version or '') }}
{% endmacro %}
