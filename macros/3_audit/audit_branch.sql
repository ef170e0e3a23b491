{#- The branch of this run, in each table that it writes. -#}
{% macro audit_branch() -%}
    {{ return('audit_' ~ run_started_at.strftime('%Y%m%d_%H%M%S') ~ '_' ~ invocation_id[:8]) }}
{%- endmacro %}
