{#- Makes the table from the contract (types, not-null columns, comments), anew where it is not the contract's and nobody's rows are
    lost by that: it never had any, or a preview writes beside the table that readers see. One that has rows must be the contract's,
    and gets its comments. Only with write.wap.enabled do writes go to the audit branch. -#}
{% macro ensure_table(relation, plan) %}
    {%- set aside = seen_by_readers(graph.nodes[model.unique_id]).relation_name != graph.nodes[model.unique_id].relation_name -%}
    {%- if plan.table is none -%}
        {%- do run_query(create_empty_table(relation)) -%}
    {%- elif not is_contract(plan.table) and (aside or plan.main is none and not var('preview') and not has_had_rows(relation)) -%}
        {%- do run_query(create_empty_table(relation, 'create or replace')) -%}
    {%- else -%}
        {%- do assert_table_is_contract(relation, plan.table) -%}
        {%- do update_comments(relation, plan.table) if not var('preview') -%}
        {%- if not var('preview') and 'its code changed' in plan.why.values() -%}
            {%- do allow_nulls(relation) -%}
        {%- endif -%}
        {%- if not plan.table.audited -%}
            {%- do run_query('alter table ' ~ relation ~ " set tblproperties ('write.wap.enabled' = 'true')") -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
