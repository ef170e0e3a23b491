{#- What a snapshot of a run says of the table. A run drops its branch once it has published: main at a branch's end was
    moved there by somebody else, or the run died, and nobody knows whether its tests had passed. -#}
{% macro take_state(state, snapshot, kept) %}
    {%- set untested = (snapshot.untested or '') ~ ',' ~ (snapshot.periods if snapshot.snapshot_id in kept else '') -%}
    {%- do state.update({
        'inputs': fromjson(snapshot.inputs),
        'sources': snapshot.sources or '{}',
        'code': snapshot.code or '',
        'untested': untested.split(',') | select | unique | list
    }) -%}
{% endmacro %}
