{#- Why a table that passed its tests must not be published all the same; none if nothing is in the way. -#}
{% macro why_void(node, plan, state, statuses) %}
    {%- for id in plan.reads.gold if statuses.get(id, 'published') not in ('published', 'previewed') -%}
        {{ return({'message': 'it reads ' ~ graph.nodes[id].name ~ ', which is not published', 'periods': [], 'failed': [id]}) }}
    {%- endfor -%}
    {%- if not state.branch -%}
        {{ return({'message': 'its rows are not on the branch of this run', 'periods': [], 'failed': []}) }}
    {%- endif -%}
{% endmacro %}
