{#- The snapshots of a source from the run's back to another, without that one, newest first; all that are kept if it is
    none; none if they do not lead to it. -#}
{% macro snapshots_since(state, since) %}
    {%- set history = source_history(state) -%}
    {%- set found = [] -%}
    {%- set at = namespace(id=state.snapshot) -%}
    {%- for _ in history if at.id != since and at.id in history -%}
        {%- do found.append(history[at.id]) -%}
        {%- set at.id = history[at.id].parent_id -%}
    {%- endfor -%}
    {{ return(found if since is none or at.id == since else none) }}
{% endmacro %}
