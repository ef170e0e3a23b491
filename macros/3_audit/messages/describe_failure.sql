{#- What a failed result says, in a line, with what is known about it. -#}
{% macro describe_failure(result) %}
    {%- set found = result.adapter_response -%}
    {%- if result.node.name.startswith('row_loss.') -%}
        {%- set lost = fromjson(found.example) -%}
        {%- set those = 'periods: ' ~ tojson(found.periods) ~ ', ' if found.periods | length <= 12 -%}
        {{ return(
            counted(result.failures, 'month') ~ ' would lose most of what readers see, for example '
            ~ found.periods[0] ~ ': ' ~ counted(lost.rows_built, 'row') ~ ' instead of ' ~ lost.rows_seen
            ~ '. If that is right: dbt run --select ' ~ result.node.name[9:] ~ " --vars '{" ~ those ~ "max_row_loss: 1}'"
        ) }}
    {%- endif -%}
    {%- set test = 'test ' ~ result.node.name ~ ': ' if result.node.resource_type == 'test' else '' -%}
    {%- set told = counted(result.failures, 'row') if result.status == 'fail' else one_line(result.message) -%}
    {%- set where = ' in ' ~ found.periods | join(', ') if found.periods else '' -%}
    {%- set example = ', for example ' ~ found.example if found.example else '' -%}
    {{ return(test ~ told ~ where ~ example) }}
{% endmacro %}
