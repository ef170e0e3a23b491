{#- A row without the columns that the sources mark as personal: for messages, which are kept and sent around. -#}
{% macro without_personal_data(row) %}
    {%- set personal, kept = [], {} -%}
    {%- for source in graph.sources.values() -%}
        {%- for column in source.columns.values() if column.config.meta.personal -%}
            {%- do personal.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, value in row.items() if name not in personal -%}
        {%- do kept.update({name: value}) -%}
    {%- endfor -%}
    {{ return(kept) }}
{% endmacro %}
