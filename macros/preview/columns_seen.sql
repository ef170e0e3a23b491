{#- The columns of a model's contract, of the table that readers see: one that is not there yet is empty, and one of another type is
    cast, empty where it cannot be. -#}
{% macro columns_seen(node) %}
    {%- set seen, found = seen_by_readers(node), [] -%}
    {%- for name, column in node.columns.items() -%}
        {%- set quoted = adapter.quote(name) -%}
        {%- set type = column.data_type if seen.there is undefined else seen.there.get(name) -%}
        {%- do found.append(
            quoted if type == column.data_type
            else 'try_cast(' ~ (quoted if type else 'null') ~ ' as ' ~ column.data_type ~ ') as ' ~ quoted
        ) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
