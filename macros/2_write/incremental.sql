{#- One path for the first run, every other run and a full refresh: make sure that the table is the
    contract's, then swap the periods of this run in one Iceberg commit. Of gold models; others are dbt-spark's. -#}
{% materialization incremental, adapter='spark', supported_languages=['sql', 'python'] %}
    {%- if not is_gold(model) -%}
        {{ return(dbt.materialization_incremental_spark()) }}
    {%- endif -%}

    {{ run_hooks(pre_hooks) }}

    {%- set plan = assert_audited(model) -%}
    {%- if plan.periods or plan.table is none -%}
        {%- do assert_sql_is_contract(sql) -%}
    {%- endif -%}
    {%- set written = api.Relation.create(schema=graph.nodes[model.unique_id].schema, identifier=this.identifier, type='table') -%}
    {%- do ensure_table(written, plan) -%}
    {%- if plan.periods -%}
        {%- set replace = replace_periods(written, sql, plan) -%}
        {%- do run_query(replace) -%}
    {%- endif -%}
    {%- call noop_statement('main', periods_in_words(plan.periods)) -%}
        {{ replace or '-- nothing to build' }}
    {%- endcall -%}

    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [written]}) }}
{% endmaterialization %}
