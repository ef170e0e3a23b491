{#- The pre-hook of all models in models/gold: one of another kind would show its rows untested, or none. -#}
{% macro assert_gold_model() %}
    {%- if execute and not is_gold(model) -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ " is materialized as '" ~ model.config.materialized ~ "', and models/gold has only incremental models, whose "
            ~ 'rows are tested before readers see them: leave out `materialized`, or put it into another folder of models/'
        ) -%}
    {%- endif -%}
{% endmacro %}
