{#- The table as it is: `comment`, `provider` (iceberg), `audited` (whether writes can go to an audit branch), `snapshot` (the one that readers
    see, or none), `held` (see keep_held), and `columns`, each with its name, type and comment, in order. -#}
{% macro describe_table(relation) %}
    {%- set found = {'comment': '', 'provider': none, 'audited': false, 'snapshot': none, 'held': {}, 'columns': []} -%}
    {%- set section = namespace(name='columns') -%}
    {%- for row in run_query('describe extended ' ~ relation).rows -%}
        {%- if row.col_name.startswith('#') -%}
            {%- set section.name = row.col_name -%}
        {%- elif section.name == 'columns' -%}
            {%- do found.columns.append({'name': row.col_name, 'type': row.data_type, 'comment': row.comment or ''}) -%}
        {%- elif row.col_name == 'Comment' -%}
            {%- do found.update({'comment': row.data_type}) -%}
        {%- elif row.col_name == 'Provider' -%}
            {%- do found.update({'provider': row.data_type}) -%}
        {%- elif row.col_name == 'Table Properties' -%}
            {%- set snapshot = modules.re.search('current-snapshot-id=([0-9]+)', row.data_type) -%}
            {%- set held = modules.re.search('dm.held=((?:[0-9a-f]{2})+)', row.data_type) -%}
            {%- do found.update({
                'audited': 'write.wap.enabled=true' in row.data_type,
                'snapshot': snapshot[1] | int if snapshot else none,
                'held': fromjson(''.encode().fromhex(held[1]).decode('utf-8', 'replace'), {}) if held else {}
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
