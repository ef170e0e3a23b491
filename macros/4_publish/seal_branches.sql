{#- The end of a branch says what its rows are. Where the model's own commit is not the end, for a post-hook wrote more,
    that is said again; of a table that failed, that its rows are untested, whoever publishes them; of a preview, which stays, that
    they have passed: a branch without such an end is that of a run at work, or of one that died before its tests. -#}
{% macro seal_branches(outcomes) %}
    {%- for outcome in outcomes if outcome.state.branch and (outcome.status in ('failed', 'previewed') or not outcome.state.own) -%}
        {%- set untested = outcome.plan.untested + (outcome.plan.periods if outcome.status == 'failed' else []) -%}
        {%- do seal_branch(outcome.node, audit_branch(), untested) -%}
    {%- endfor -%}
{% endmacro %}
