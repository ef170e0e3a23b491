{#- One path for the first run, every other run and a full refresh: make sure that the table is the
    contract's, then swap the periods of this run in one Iceberg commit. -#}
{% materialization incremental, adapter='spark' %}
    {%- set plan = graph.period_plans[model.unique_id] -%}

    {#- Spark tells best why this table cannot be read: which file is gone, or which service does not answer. -#}
    {%- if plan.lost -%}
        {%- do describe_table(this) -%}
        {%- do exceptions.raise_compiler_error(this ~ ' could not be read when the run began: run it again') -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}

    {%- do ensure_table(this, plan.table) -%}
    {%- if plan.periods -%}
        {%- do get_assert_columns_equivalent(sql) -%}
        {%- set replace = replace_periods(this, sql, plan) -%}
        {%- do run_query(replace) -%}
    {%- endif -%}
    {%- call noop_statement('main', periods_in_words(plan.periods)) -%}
        {{ replace or '-- nothing to build' }}
    {%- endcall -%}

    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [this]}) }}
{% endmaterialization %}
