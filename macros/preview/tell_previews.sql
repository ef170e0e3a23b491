{#- Ends a preview: of each table that the run built, what its branch would change, and what can be done with it. It is in the
    result's adapter_response, too: `dm preview` finds it there. A table that is not as its contract says was built aside, and
    nothing of that stays; what brings it in line is told as `columns`. -#}
{% macro tell_previews(outcomes, results) %}
    {%- for outcome in outcomes if outcome.state.branch -%}
        {%- set node, lines, total, months = outcome.node, [], {}, [] -%}
        {%- set aside = graph.set_aside.get(node.unique_id) -%}
        {%- for row in run_query(compare_states(node, audit_branch(), outcome.plan.periods)).rows -%}
            {%- set line = fromjson(row.line) -%}
            {%- do lines.append(line) -%}
            {%- do total.update(line) if not line.change and not line.period -%}
            {%- do months.append(line.period) if not line.change and line.period and line.new + line.gone + line.changed + line.moved > 0 -%}
        {%- endfor -%}
        {%- for result in results if result.node.unique_id == node.unique_id -%}
            {%- do result.adapter_response.update({'preview': {
                'branch': none if aside else audit_branch(), 'key': key_columns(node), 'periods': outcome.plan.periods, 'why': outcome.plan.why,
                'held': outcome.plan.held.keys() | list, 'tests': outcome.tests_passed, 'warnings': outcome.warnings, 'lines': lines
            }}) -%}
        {%- endfor -%}
        {%- do log(
            node.name ~ ': ' ~ counted(total.new or 0, 'row') ~ ' new, ' ~ (total.gone or 0) ~ ' gone, ' ~ (total.changed or 0) ~ ' changed, '
            ~ (total.moved or 0) ~ ' moved in rank alone, in ' ~ months | length ~ ' of the '
            ~ periods_in_words(outcome.plan.periods) ~ '; ' ~ ('its tests passed' if outcome.status == 'previewed' else outcome.error),
            info=true
        ) -%}
    {%- endfor -%}
    {%- for result in results if result.node.unique_id in graph.set_aside -%}
        {%- set changes, columns = graph.set_aside[result.node.unique_id], [] -%}
        {%- for statement in changes.statements -%}
            {%- do columns.append(modules.re.sub("^alter table \\S+ | comment '(?:[^'\\\\]|\\\\.)*'", '', statement)) -%}
        {%- endfor -%}
        {%- for change in changes.impossible -%}
            {%- do columns.append('change ' ~ change) -%}
        {%- endfor -%}
        {%- do result.adapter_response.update({'columns': columns}) -%}
        {%- do log(
            result.node.name ~ ' was built beside the table that readers see, and is gone again, for its columns differ: ' ~ columns | join('; ')
            ~ ('. Iceberg does not make all of that in place: see dm drop' if changes.impossible else '. dm migrate ' ~ result.node.name ~ ' brings the table in line'),
            info=true
        ) -%}
    {%- endfor -%}
    {%- set kept = [] -%}
    {%- for outcome in outcomes if outcome.status == 'previewed' and outcome.node.unique_id not in graph.set_aside -%}
        {%- do kept.append(outcome) -%}
    {%- endfor -%}
    {%- do tell_kept_branches(kept) -%}
    {%- do drop_aside() -%}
{% endmacro %}
