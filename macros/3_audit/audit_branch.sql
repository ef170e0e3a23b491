{#- The branch of this run, in each table that it writes; its name says whether it is a preview. -#}
{% macro audit_branch() -%}
    {{ return(('audit_preview_' if var('preview') else 'audit_') ~ run_started_at.strftime('%Y%m%d_%H%M%S') ~ '_' ~ invocation_id[:8]) }}
{%- endmacro %}
