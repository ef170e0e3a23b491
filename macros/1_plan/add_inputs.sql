{#- Asks all queries at once, for a statement costs Spark more than what it reads here. -#}
{% macro add_inputs(states, queries) %}
    {%- for row in (run_query(queries | join('union all')).rows if queries else []) if row.inputs -%}
        {%- do states[row.model].update({
            'inputs': fromjson(row.inputs),
            'sources': fromjson(row.sources or '{}'),
            'columns': fromjson(row.columns or '{}'),
            'left': (row.left_stale or '').split(',') | select | list,
            'code': row.code
        }) -%}
    {%- endfor -%}
{% endmacro %}
