{#- The state of a branch that a person names; one that is no audit branch of the table is refused. -#}
{% macro kept_branch(node, branch) %}
    {%- set state = branch_states([node], branch)[node.unique_id] if modules.re.fullmatch('audit_[0-9a-z_]+', branch) else {} -%}
    {%- if not state.branch -%}
        {%- do exceptions.raise_compiler_error(node.name ~ " has no audit branch '" ~ branch ~ "'") -%}
    {%- endif -%}
    {{ return(state) }}
{% endmacro %}
