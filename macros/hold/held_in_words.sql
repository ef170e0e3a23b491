{% macro held_in_words(said) %}
    {%- set until = 'silver changes' if said.until == 'silver' else 'it is released' -%}
    {{ return('held by ' ~ said.by ~ ' since ' ~ said.since ~ ' until ' ~ until ~ ': ' ~ said.because) }}
{% endmacro %}
