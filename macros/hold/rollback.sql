{#- By hand: dbt run-operation rollback --args '{table: T, to: ..., periods: ["2010-12"], because: "..."}'. Rows of before come
    back in one commit on top, for all months or some; what was after them stays in the history. These months are then held.
    They are as tested as they were; a branch at the old snapshot gives its rows with the columns of now. -#}
{% macro rollback(table, to, because, periods='all', until='release', by='') %}
    {%- set node = model_named(table) -%}
    {%- set plan = present_plan(node) -%}
    {%- set before = {'main': snapshot_meant(node, to), 'foreign': {}} -%}
    {%- do take_state(before, {}, []) -%}
    {%- do inherit_state(node, before, []) -%}
    {%- set whole, known = periods == 'all', plan.inputs.keys() | list + before.inputs.keys() | list + before.foreign.keys() | list -%}
    {%- set periods = held_names(periods, known, plan) -%}
    {%- set again = [] -%}
    {%- for period in periods -%}
        {%- do again.append(period) if plan.inputs.pop(period, none) != before.inputs.get(period) -%}
        {%- do plan.inputs.update({period: before.inputs[period]}) if before.inputs.get(period) -%}
        {%- do plan.built.update({period: local_md5(invocation_id)[:8]}) if period in plan.built -%}
    {%- endfor -%}
    {%- set untested = before.untested | select('in', periods) | list -%}
    {%- do plan.update({
        'left': (plan.left + again) | unique | sort,
        'untested': (plan.untested | reject('in', periods) | list + untested) | unique | sort
    }) -%}
    {%- do plan.held.update(said_of_held(periods, plan, because, until, by)) -%}
    {%- set query -%}
        select
            max_by(summary['dm.tests'], committed_at) as tests,
            date_format(max(committed_at) filter (where snapshot_id = {{ before.main }}), 'yyyy-MM-dd HH:mm') as at
        from {{ node.relation_name }}.snapshots
        where summary['dm.tests'] is not null
            and committed_at <= (select committed_at from {{ node.relation_name }}.snapshots where snapshot_id = {{ before.main }})
    {%- endset -%}
    {%- set said = run_query(query).rows[0] -%}
    {%- do commit_by_hand(
        node, plan, {'dm.periods': periods | join(','), 'dm.tests': said.tests or ''}, 'rolled back', periods,
        who(by) ~ ' to snapshot ' ~ before.main ~ ': ' ~ because,
        {'snapshot': before.main, 'filter': 'true' if whole else periods_filter(periods)}
    ) -%}
{% endmacro %}
