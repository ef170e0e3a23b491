{#- So many of something, for people: '1 row', '5 rows'. -#}
{% macro counted(number, noun) %}
    {{ return(number ~ ' ' ~ noun ~ ('' if number == 1 else 's')) }}
{% endmacro %}
