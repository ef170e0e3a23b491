{#- Which periods each file of a source can hold or delete rows of, from metadata alone. `exact` is a mapping from each
    period to what stands for the files of it alone; `boxes` are ranges of years and of months (none: no end), each with
    what stands for its files, and how many rows they have, as `row_counts` has of `exact`; `strangers`: whether there may be rows of no month, or months known from boxes alone.
    A file belongs to the month of its partition; where its partition does not tell, to those between the bounds of its
    columns; a file of deletes by position to those of the data file that it names; else to all. -#}
{% macro files_by_period(state, table, where='true', file='') %}
    {%- set found = {'exact': {}, 'boxes': [], 'strangers': false, 'row_counts': {}} -%}
    {%- set rest = namespace(files=false, deletes=false) -%}
    {%- set rows = run_query(files_by_partition(state, table, where, file)).rows -%}
    {#- A field that is null for one file and not for another of the same spec is a null, and not a field that is not there. -#}
    {%- for row in rows -%}
        {%- do state.year_specs.append(row.spec) if row.year_from is not none and row.spec not in state.year_specs -%}
        {%- do state.month_specs.append(row.spec) if row.month_from is not none and row.spec not in state.month_specs -%}
    {%- endfor -%}
    {%- set told = state.year_specs | select('in', state.month_specs) | list -%}
    {%- for row in rows -%}
        {%- if row.spec in told -%}
            {%- do add_files(found, row, row.year_from is none or row.month_from is none) -%}
        {%- else -%}
            {%- set rest.files = true -%}
            {%- set rest.deletes = rest.deletes or row.content == 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if rest.files -%}
        {%- set untold = where ~ ' and ' ~ file ~ 'spec_id not in (' ~ (told + [-1]) | join(', ') ~ ')' -%}
        {%- for row in run_query(files_by_bounds(state, table, untold, file, rest.deletes)).rows -%}
            {%- do add_files(found, row, row.nowhere) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
