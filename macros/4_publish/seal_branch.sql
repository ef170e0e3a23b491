{#- A commit at the end of a branch, without rows: it says of those that are there what provenance() does, and more. -#}
{% macro seal_branch(node, branch, untested, more={}) %}
    {%- set properties = provenance(node) -%}
    {%- do properties.update({'dm.periods': '', 'dm.untested': untested | unique | sort | join(',')}) -%}
    {%- do commit_properties(node.relation_name, branch, dict(properties, **more)) -%}
{% endmacro %}
