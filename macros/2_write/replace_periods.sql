{#- One Iceberg commit swaps exactly the periods of the plan; one that has no rows any more is emptied.
    REPLACE WHERE takes rows of other periods without a word, so the query checks them; it takes
    columns by position, so they are named in the contract's order, which is the table's. Rows come sorted by period, so
    that one file is open at a time: with fan-out each period has a writer, of some MB, until the end. -#}
{% macro replace_periods(relation, sql, plan) %}
    {%- set filter = periods_filter(plan.periods) -%}
    {%- if plan.asked == 'all' and not plan.later -%}
        {%- set filter = 'not ' ~ periods_filter(plan.held) if plan.held else 'true' -%}
    {%- endif -%}
    insert into {{ relation }}
    with (
        'fanout-enabled' = 'false',
        {{- as_snapshot_properties(provenance(model)) }}
    )
    replace where {{ filter }}
    select
        {%- for name in model.columns %}
        {{ adapter.quote(name) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ sql }}
    )
    where if({{ filter }}, true, raise_error('{{ relation.identifier }}: the model gives a row outside of the periods of this run'))
{% endmacro %}
