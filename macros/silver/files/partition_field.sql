{#- A field of the partitions of a source's files, whichever spec they have; null if none of the specs has had it. -#}
{% macro partition_field(state, name, file) %}
    {%- if state.fields is not defined -%}
        {%- set types = run_query('describe ' ~ state.relation ~ '.files').rows | selectattr('col_name', 'equalto', 'partition') | map(attribute='data_type') -%}
        {%- do state.update({'fields': modules.re.findall('[<,]([^:<,]+):', types | first | default(''))}) -%}
    {%- endif -%}
    {{ return(file ~ 'partition.' ~ name if name in state.fields else 'cast(null as int)') }}
{% endmacro %}
