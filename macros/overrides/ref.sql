{#- dbt's ref(). A gold model reads the SQL of a view, not the view: so it is that of the working tree, and reads
    silver as the run pinned it. A preview from a schema of one's own reads of gold tables what left_by_run() says. Hooks and operations, which plan and test, may refer to any model. -#}
{% macro ref() %}
    {%- set elsewhere = model.resource_type in ('operation', 'macro') -%}
    {%- if execute and (elsewhere or is_gold(model) or model.resource_type == 'test') -%}
        {%- for node in graph.nodes.values() if node.name == varargs[-1] and node.resource_type in ('model', 'seed', 'snapshot')
            and (varargs | length == 1 or node.package_name == varargs[0]) -%}
            {%- if is_gold(node) and seen_by_readers(node).relation_name != node.relation_name -%}
                {{ return(left_by_run(node)) }}
            {%- elif model.resource_type == 'test' -%}
                {{ return(builtins.ref(*varargs, **kwargs)) }}
            {%- elif node.config.materialized in ('view', 'ephemeral') -%}
                {{ return('(' ~ render(node.raw_code) ~ ')') }}
            {%- elif elsewhere or node.unique_id not in model.depends_on.nodes -%}
                {{ return(node.relation_name) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(builtins.ref(*varargs, **kwargs)) }}
{% endmacro %}
