{#- A decimal, to be summed: a file that is listed twice does not cancel itself then, as it would by XOR. -#}
{% macro hash_of_file(file='') -%}
    cast(xxhash64({{ file }}file_path, {{ file }}content, {{ file }}record_count, {{ file }}content_offset) as decimal(20, 0))
{%- endmacro %}
