{#- Which of dbt's commands this is; of `dbt retry`, the one that it repeats. -#}
{% macro command() %}
    {{ return(invocation_args_dict.get('which', flags.WHICH)) }}
{% endmacro %}
