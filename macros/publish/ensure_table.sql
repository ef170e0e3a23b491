{#- Makes the table from the contract (types, not-null columns, comments); one that is there must be
    the contract's, and gets its comments. -#}
{% macro ensure_table(relation) %}
    {%- if load_relation(relation) is none -%}
        {%- do run_query(create_empty_table(relation)) -%}
    {%- else -%}
        {%- set table = describe_table(relation) -%}
        {%- do assert_table_is_contract(relation, table) -%}
        {%- do update_comments(relation, table) -%}
    {%- endif -%}
{% endmacro %}
