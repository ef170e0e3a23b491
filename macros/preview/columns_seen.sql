{#- The columns of a model's contract, of the table that readers see: one that is not there yet is empty. -#}
{% macro columns_seen(node) %}
    {%- set seen, found = seen_by_readers(node), [] -%}
    {%- for name, column in node.columns.items() -%}
        {%- set is_new = seen.there is defined and name not in seen.there -%}
        {%- do found.append('cast(null as ' ~ column.data_type ~ ') as ' ~ adapter.quote(name) if is_new else adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
