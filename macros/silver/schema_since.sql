{#- The id of the schema since which those columns of a source that a text names are what they are now: of the same id and
    type. `recorded` is what a table said of it when it was built: that id as `since`, and the schema then, `seen`. -#}
{% macro schema_since(state, recorded, words) %}
    {%- if not recorded -%}
        {{ return(state.schema) }}
    {%- elif recorded.seen == state.schema -%}
        {{ return(recorded.since) }}
    {%- endif -%}
    {%- set schemas, columns = source_schemas(state), [] -%}
    {%- for id in (recorded.seen, state.schema) -%}
        {%- set read = [] -%}
        {%- for field in schemas.get(id | int, []) if field.name | lower in words -%}
            {%- do read.append(field.id ~ ' ' ~ field.name ~ ' ' ~ field.type) -%}
        {%- endfor -%}
        {%- do columns.append(read | sort) -%}
    {%- endfor -%}
    {{ return(recorded.since if columns[0] == columns[1] else state.schema) }}
{% endmacro %}
