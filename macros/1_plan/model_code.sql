{#- A hash of the model's SQL as rendered outside of a model, where in_periods() is `true`: it has all that decides the
    rows (SQL, macros, vars, the views that it reads) but the periods. Comments and white space are no part of it. -#}
{% macro model_code(node) %}
    {%- set text = '\'(?:[^\'\\\\]|\\\\.)*\'|"(?:[^"\\\\]|\\\\.)*"|`[^`]*`' -%}
    {%- set comment = '--[^\\n]*|/[*](?:[^*]|[*](?!/))*[*]/' -%}
    {%- set tokens = [] -%}
    {%- for token in modules.re.findall(text ~ '|' ~ comment ~ '|\\w+|[^\\w\\s]', render(node.raw_code)) -%}
        {%- if not token.startswith(('--', '/*')) -%}{%- do tokens.append(token) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(tokens | join('\n'))[:16]) }}
{% endmacro %}
