{#- Whether dbt itself ends with an error for a table that is not published: its model failed, or a test that dbt ran. -#}
{% macro is_told(result, problem, results) %}
    {%- for id in (problem or {}).failed or [] if results.get(id).status in ('error', 'fail') and not results[id].audited -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(result and result.status != 'success') }}
{% endmacro %}
