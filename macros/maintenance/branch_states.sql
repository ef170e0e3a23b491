{#- For each table that is there: `main`, the snapshot that readers see, `branch`, that of a branch, and
    `parent`, the one that it was built on; from metadata alone. -#}
{% macro branch_states(models, branch) %}
    {%- set queries, found = [], {} -%}
    {%- for node in models -%}
        {%- do found.update({node.unique_id: {'main': none, 'branch': none, 'parent': none}}) -%}
        {%- set there = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if there and not is_unreadable(there) -%}
            {%- set query -%}
                select
                    '{{ node.unique_id }}' as model,
                    max(refs.snapshot_id) filter (where refs.name = 'main') as main,
                    max(refs.snapshot_id) filter (where refs.name = '{{ branch }}') as branch,
                    max(snapshots.parent_id) filter (where refs.name = '{{ branch }}') as parent
                from {{ node.relation_name }}.refs
                inner join {{ node.relation_name }}.snapshots using (snapshot_id)
            {%- endset -%}
            {%- do queries.append(query) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in (run_query(queries | join('\nunion all\n')).rows if queries else []) -%}
        {%- do found.update({row.model: row}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
