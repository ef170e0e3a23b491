{#- A Spark SQL script: main of some tables moves to a branch, then the branch of some is dropped. -#}
{% macro publish_statements(published, dropped, branch) %}
    begin
    {%- for node in published %}
        call system.fast_forward('{{ node.schema }}.{{ node.alias }}', 'main', '{{ branch }}');
    {%- endfor %}
    {%- for node in dropped %}
        execute immediate 'alter table {{ node.schema }}.{{ node.alias }} drop branch {{ branch }}';
    {%- endfor %}
    end
{% endmacro %}
