{#- The test whose SQL is rendered: dbt's own node of it, or the one that an audit renders. -#}
{% macro looking_test() %}
    {{ return(graph.get('audited_test') or model) }}
{% endmacro %}
