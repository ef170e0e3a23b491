{#- dbt's ref(). A gold model reads the SQL of a view, not the view: so it is that of the working tree, and reads
    silver as the run pinned it. Hooks and operations, which plan and test, may refer to any model. -#}
{% macro ref() %}
    {%- set hook = execute and model.resource_type in ('operation', 'macro') -%}
    {%- if not hook -%}
        {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- endif -%}
    {%- if hook or (execute and is_gold(model) and not relation.is_cte) -%}
        {%- for node in graph.nodes.values() if node.name == varargs[-1] and node.resource_type in ('model', 'seed', 'snapshot')
            and (varargs | length == 1 or node.package_name == varargs[0]) -%}
            {%- if node.config.materialized in ('view', 'ephemeral') -%}
                {{ return('(' ~ render(node.raw_code) ~ ')') }}
            {%- elif hook -%}
                {{ return(node.relation_name) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
