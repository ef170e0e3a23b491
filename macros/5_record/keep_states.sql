{#- At the end of a run: what a table says of itself stays within reach, even if others rewrite it and expire its snapshots. If main
    is not a run's, and this run had nothing to build, the state is said again. That costs nothing where nobody else writes. -#}
{% macro keep_states() %}
    {%- if execute and command() in ('build', 'run') and not var('preview') -%}
        {%- for id, plan in graph.get('period_plans', {}).items() if plan.builds and plan.main and not plan.lost -%}
            {%- do keep_inputs(graph.nodes[id]) if not plan.own and not plan.periods -%}
            {%- do keep_held(graph.nodes[id], plan.held) if held_by_hand(plan.held) != plan.table.held -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
