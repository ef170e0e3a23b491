{#- For each source of the models: `snapshot`, which this run reads throughout; `reads`, the SQL that reads it there;
    `fingerprints`, one for every month, which changes when a file that can hold or delete a row of it does;
    `row_counts`, about how many rows each month has; and `wrong`, the rows of no month. Other macros keep what they ask of a source in its state. -#}
{% macro source_states(models) %}
    {%- set found = {} -%}
    {%- for node in models -%}
        {%- for id in reads(node).sources if id not in found -%}
            {%- set source = graph.sources[id] -%}
            {%- set table = describe_source(source) -%}
            {%- set state = {
                'relation': source.relation_name, 'snapshot': table.snapshot, 'reads': source.relation_name, 'schema': none,
                'types': {}, 'year_specs': [], 'month_specs': [], 'fingerprints': {}, 'row_counts': {}, 'wrong': [], 'history': none, 'changes': {}
            } -%}
            {%- for column in table.columns -%}
                {%- do state.types.update({column.name: column.type}) -%}
            {%- endfor -%}
            {%- if state.snapshot -%}
                {%- do state.update(pinned_schema(state)) -%}
                {%- set files = files_by_period(state, state.relation ~ '.files ' ~ as_of(state.snapshot)) -%}
                {%- do state.update(fingerprints_of_files(state, files, source)) -%}
            {%- endif -%}
            {%- do found.update({id: state}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
