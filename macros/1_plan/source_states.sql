{#- For each source of the models: `snapshot`, which this run reads throughout, and `fingerprints`, one for
    every period: it changes when the files of the period do, whatever the order in which they were written. -#}
{% macro source_states(models) %}
    {%- set found = {} -%}
    {%- for node in models -%}
        {%- for id in node.depends_on.nodes if id in graph.sources and id not in found -%}
            {%- set source = graph.sources[id] -%}
            {%- if not adapter.get_relation(source.database, source.schema, source.identifier) -%}
                {%- do exceptions.raise_compiler_error('there is no table ' ~ source.relation_name ~ ' yet: load reviews first') -%}
            {%- endif -%}
            {%- set main = run_query("select snapshot_id from " ~ source.relation_name ~ ".refs where name = 'main'").rows -%}
            {%- set state = {'snapshot': main[0].snapshot_id if main else none, 'fingerprints': {}} -%}
            {%- set query -%}
                select
                    concat(lpad(partition.review_year, 4, '0'), '-', lpad(partition.review_month, 2, '0')) as period,
                    hex(bit_xor(xxhash64(file_path, content, record_count, content_offset))) as fingerprint
                from {{ source.relation_name }}.files {{ as_of(state.snapshot) }}
                where partition.review_year is not null and partition.review_month is not null
                group by period
            {%- endset -%}
            {%- for row in run_query(query).rows -%}
                {%- do state.fingerprints.update({row.period: row.fingerprint}) -%}
            {%- endfor -%}
            {%- do found.update({id: state}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
