{#- Adds to run_history what people decided of some tables, as the snapshots of main say, where it is not there yet. -#}
{% macro tell_decided(nodes) %}
    {%- set history, outcomes = run_history(), [] -%}
    {%- set there = adapter.get_relation(history.database, history.schema, history.alias) -%}
    {%- for node in nodes if not (there and is_unreadable(there)) -%}
        {%- set query -%}
            select
                snapshot_id,
                committed_at,
                summary['dm.action'] as said,
                summary['dm.decided'] as periods,
                summary['dm.run-id'] as run_id,
                summary['dm.sources'] as sources,
                summary['dm.tests'] as tests,
                summary['dm.warnings'] as warnings
            from {{ node.relation_name }}.snapshots
            where summary['dm.decided'] is not null
                and snapshot_id in (select snapshot_id from {{ node.relation_name }}.history where is_current_ancestor)
                {%- if there %}
                and snapshot_id not in (
                    select gold_snapshot_id from {{ history.relation_name }}
                    where table_name = {{ sql_string(node.name) }} and gold_snapshot_id is not null
                )
                {%- endif %}
            order by committed_at
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- set status, _, why = row.said.partition(' by ') -%}
            {%- do outcomes.append({
                'node': node, 'status': status, 'error': why, 'started': row.committed_at, 'finished': row.committed_at, 'run_id': row.run_id,
                'tests_passed': (row.tests or '').split(',') | select | list | length, 'warnings': row.warnings,
                'plan': {'periods': row.periods.split(',') | select | list, 'sources': fromjson(row.sources or '{}')},
                'state': {'rows': none, 'branch': row.snapshot_id}
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if outcomes -%}
        {%- do graph.update({'outcomes': outcomes}) -%}
        {%- do run_query(write_run_history()) -%}
    {%- endif -%}
{% endmacro %}
