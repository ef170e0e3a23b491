{#- A month or several that a person named, each once and in order; it stops at what is none. -#}
{% macro valid_periods(named, where='periods') %}
    {%- set named = [named] if named is string or named is not iterable else named -%}
    {%- for period in named if not modules.re.fullmatch('(?!0000)[0-9]{4}-(0[1-9]|1[0-2])', period | string) -%}
        {%- do exceptions.raise_compiler_error(where ~ ": '" ~ period ~ "' is no period; one is a month such as '2010-12'") -%}
    {%- endfor -%}
    {{ return(named | unique | sort) }}
{% endmacro %}
