{#- Whether a gold model reads this one. -#}
{% macro is_read_by_gold(node) %}
    {%- for other in gold_models() if node.unique_id in reads(other).gold -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}
