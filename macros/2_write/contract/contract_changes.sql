{#- What brings a table in line with its contract, in the contract's order: the `statements`, and `impossible`, the changes of type
    that Iceberg does not make in place. A table that is in line needs none. -#}
{% macro contract_changes(node, table) %}
    {%- set wider = {'int': ['bigint'], 'float': ['double']} -%}
    {%- set there, order, statements, impossible, contract = {}, [], [], [], node.columns -%}
    {%- set alter = 'alter table ' ~ node.relation_name ~ ' ' -%}
    {%- for column in table.columns -%}
        {%- if column.name in contract -%}
            {%- do there.update({column.name: column.type}) -%}
            {%- do order.append(column.name) -%}
        {%- else -%}
            {%- do statements.append(alter ~ 'drop column ' ~ adapter.quote(column.name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, column in contract.items() if name in there and there[name] != column.data_type -%}
        {%- if column.data_type in wider.get(there[name], []) -%}
            {%- do statements.append(alter ~ 'alter column ' ~ adapter.quote(name) ~ ' type ' ~ column.data_type) -%}
        {%- else -%}
            {%- do impossible.append(name ~ ' from ' ~ there[name] ~ ' to ' ~ column.data_type) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, column in contract.items() -%}
        {%- set names = contract.keys() | list -%}
        {%- set place = 'first' if loop.first else 'after ' ~ adapter.quote(names[loop.index0 - 1]) -%}
        {%- if name not in there -%}
            {%- do statements.append(
                alter ~ 'add column ' ~ adapter.quote(name) ~ ' ' ~ column.data_type ~ ' comment ' ~ sql_string(column.description) ~ ' ' ~ place
            ) -%}
            {%- do order.insert(loop.index0, name) -%}
        {%- elif order[loop.index0] != name -%}
            {%- do statements.append(alter ~ 'alter column ' ~ adapter.quote(name) ~ ' ' ~ place) -%}
            {%- do order.remove(name) -%}
            {%- do order.insert(loop.index0, name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'statements': statements, 'impossible': impossible}) }}
{% endmacro %}
