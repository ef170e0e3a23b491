{#- The query for files whose partition does not tell the month: it takes the bounds of their columns. Those of a file of
    equality deletes do not bound what it deletes, so only its partition counts. -#}
{% macro files_by_bounds(state, table, where, file, deletes) %}
with

files as (

    {{ months_of_files(state, table, where, file) }}

),

data_files as (

    {%- if deletes %}
    {{ months_of_files(state, state.relation ~ '.files ' ~ as_of(state.snapshot), 'content = 0', '') }}
    union
    {{ months_of_files(state, table, where ~ ' and ' ~ file ~ 'content = 0', file) }}
    {%- else %}
    select * from files where false
    {%- endif %}

),

bounded as (

    select
        files.content,
        files.hash,
        if(files.content = 0, files.record_count, 0) as record_count,
        coalesce(files.nulls, false) as nulls,
        coalesce(if(files.content = 1, data_files.nowhere, files.nowhere), false) as nowhere,
        coalesce(files.year, if(files.content = 1, data_files.year_from, files.year_from)) as year_from,
        coalesce(files.year, if(files.content = 1, data_files.year_to, files.year_to)) as year_to,
        coalesce(files.month, if(files.content = 1, data_files.month_from, files.month_from)) as month_from,
        coalesce(files.month, if(files.content = 1, data_files.month_to, files.month_to)) as month_to
    from files
    left join data_files on files.deletes_in = data_files.file_path

)

select
    content,
    year_from,
    year_to,
    month_from,
    month_to,
    nulls,
    nowhere,
    count(*) as files,
    sum(record_count) as total_rows,
    cast(sum(hash) as string) as fingerprint
from bounded
group by content, year_from, year_to, month_from, month_to, nulls, nowhere
{% endmacro %}
