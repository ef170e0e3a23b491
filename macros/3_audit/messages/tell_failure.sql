{% macro tell_failure(name, bad) %}
    {%- set months = ' in ' ~ bad.periods | join(', ') if bad.periods else '' -%}
    {%- do log(name ~ ' failed' ~ months ~ ', for example ' ~ bad.example, info=true) -%}
{% endmacro %}
