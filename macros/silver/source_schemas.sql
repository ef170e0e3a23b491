{#- The fields of each schema that a source has had, by the schema's id: their ids, names, types and first defaults. No
    table of Iceberg's metadata has them, only its metadata file. -#}
{% macro source_schemas(state) %}
    {%- if state.schemas is not defined -%}
        {%- set newest = run_query('select max_by(file, timestamp) as file from ' ~ state.relation ~ '.metadata_log_entries').rows[0].file -%}
        {%- set query -%}
            with

            files as (

                select from_json(
                    value,
                    'schemas array<struct<`schema-id`:int,fields:array<struct<id:int,name:string,type:string,`initial-default`:string>>>>'
                ) as content
                from text.`{{ newest }}`

            ),

            schemas as (

                select explode(content.schemas) as schema from files

            )

            select schema.`schema-id` as schema_id, to_json(schema.fields) as fields from schemas
        {%- endset -%}
        {%- set schemas = {} -%}
        {%- for row in run_query(query).rows -%}
            {%- set fields = [] -%}
            {%- for field in fromjson(row.fields) -%}
                {%- do fields.append({'id': field.id, 'name': field.name, 'type': field.type, 'default': field.get('initial-default')}) -%}
            {%- endfor -%}
            {%- do schemas.update({row.schema_id | int: fields}) -%}
        {%- endfor -%}
        {%- do state.update({'schemas': schemas}) -%}
    {%- endif -%}
    {{ return(state.schemas) }}
{% endmacro %}
