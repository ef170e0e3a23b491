{#- A Spark SQL script: main of some tables moves to a branch, then the branch of some is dropped, and if
    there is a fault to tell, the script fails with it. -#}
{% macro publish_statements(published, dropped, branch, fault=none) %}
    begin
    {%- for node in published %}
        call system.fast_forward('{{ node.schema }}.{{ node.alias }}', 'main', '{{ branch }}');
    {%- endfor %}
    {%- for node in dropped %}
        execute immediate 'alter table {{ node.schema }}.{{ node.alias }} drop branch {{ branch }}';
    {%- endfor %}
    {%- if fault %}
        select raise_error({{ sql_string(fault) }});
    {%- endif %}
    end
{% endmacro %}
