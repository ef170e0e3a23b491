{#- The table as it is: `comment`, `audited` (whether writes can go to an audit branch), and `columns`, each
    with its name, type and comment, in order. -#}
{% macro describe_table(relation) %}
    {%- set found = {'comment': '', 'audited': false, 'columns': []} -%}
    {%- set section = namespace(name='columns') -%}
    {%- for row in run_query('describe extended ' ~ relation).rows -%}
        {%- if row.col_name.startswith('#') -%}
            {%- set section.name = row.col_name -%}
        {%- elif section.name == 'columns' -%}
            {%- do found.columns.append({'name': row.col_name, 'type': row.data_type, 'comment': row.comment or ''}) -%}
        {%- elif row.col_name == 'Comment' -%}
            {%- do found.update({'comment': row.data_type}) -%}
        {%- elif row.col_name == 'Table Properties' -%}
            {%- do found.update({'audited': 'write.wap.enabled=true' in row.data_type}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
