{#- Puts into a table's state what a snapshot of a run says of it: `inputs`, from each period to what its rows were built
    from; `built`, to the run that built them; `sources` and `columns`, what was read; `left`, the periods that the run left
    stale; `code`; `held`, the periods that somebody holds, each with what they said; and `untested`, those that nobody has tested. A run drops its branch once it has published: main at
    a branch's end was moved there by somebody else, or the run died, and nobody knows whether its tests had passed. -#}
{% macro take_state(state, snapshot, kept) %}
    {%- set untested = (snapshot.untested or '') ~ ',' ~ ((snapshot.periods or '') if snapshot.snapshot_id in kept else '') -%}
    {%- do state.update({
        'inputs': fromjson(snapshot.inputs or '{}'),
        'built': fromjson(snapshot.built or '{}'),
        'sources': fromjson(snapshot.sources or '{}'),
        'columns': fromjson(snapshot.columns or '{}'),
        'left': (snapshot.left_stale or '').split(',') | select | list,
        'code': snapshot.code or '',
        'held': fromjson(snapshot.held or '{}'),
        'untested': untested.split(',') | select | unique | list
    }) -%}
{% endmacro %}
