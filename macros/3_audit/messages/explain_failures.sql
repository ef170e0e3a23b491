{#- Says for each test that dbt ran and that failed, and for a null in a key, which months are bad, with one of their
    rows; why_failed() finds the same in the result's adapter_response. Called while Spark still reads the branch. -#}
{% macro explain_failures(results) %}
    {%- for result in results if result.node.compiled_code -%}
        {%- set bad_rows = none -%}
        {%- if result.node.resource_type == 'test' and result.status == 'fail' -%}
            {%- set bad_rows = result.node.compiled_code -%}
        {%- elif result.node.resource_type == 'model' and 'NOT_NULL_ASSERT_VIOLATION' in (result.message or '') -%}
            {%- set bad_rows = rows_with_nulls(result.node) -%}
        {%- endif -%}
        {%- if bad_rows -%}
            {%- set found = run_query(periods_of_rows(bad_rows)).rows -%}
            {%- do result.adapter_response.update({
                'periods': found | map(attribute='period') | select | list,
                'example': tojson(without_personal_data(fromjson(found[0].example)))[:300]
            }) -%}
            {%- do tell_failure(result.node.name, result.adapter_response) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
