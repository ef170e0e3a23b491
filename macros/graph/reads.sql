{#- What a gold model reads, itself or by the views and ephemeral models between: the ids of `sources` and of `gold`
    models, of what is `between`, and of what is `refused`, for nobody can tell from metadata when its rows change. -#}
{% macro reads(node, found=none) %}
    {%- set found = found or {'sources': [], 'gold': [], 'between': [], 'refused': []} -%}
    {%- for id in node.depends_on.nodes -%}
        {%- set upstream = graph.sources.get(id) or graph.nodes[id] -%}
        {%- set kind = 'sources' if id in graph.sources else 'gold' if is_gold(upstream)
            else 'between' if upstream.config.materialized in ('view', 'ephemeral') else 'refused' -%}
        {%- if id not in found[kind] -%}
            {%- do found[kind].append(id) -%}
            {%- if kind == 'between' -%}{%- do reads(upstream, found) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
