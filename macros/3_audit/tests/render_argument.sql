{#- dbt takes ref('x') and the like for Jinja also without its braces. -#}
{% macro render_argument(text) %}
    {%- set call = modules.re.match('\\s*(env_var|ref|var|source|doc)\\s*\\(.+\\)\\s*$', text) -%}
    {{ return(render('{{ ' ~ text ~ ' }}' if call else text)) }}
{% endmacro %}
