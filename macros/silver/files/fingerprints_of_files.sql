{#- `fingerprints`, from each month that has files to one that stands for them, and `wrong`, the rows of no month. The
    months that only boxes tell of are asked of the rows in them. -#}
{% macro fingerprints_of_files(state, files, source) %}
    {%- set periods = files.exact.keys() | list -%}
    {%- set wrong, fingerprints = [], {} -%}
    {%- if files.strangers -%}
        {%- for row in run_query(rows_elsewhere(state, periods, source)).rows -%}
            {%- set period = period_of(row.review_year, row.review_month) -%}
            {%- do periods.append(period) if period else wrong.append(row) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for period in periods -%}
        {%- set all = files.exact.get(period, []) + boxes_with(files.boxes, period) -%}
        {%- do fingerprints.update({period: local_md5(all | sort | join(' '))}) -%}
    {%- endfor -%}
    {{ return({'fingerprints': fingerprints, 'wrong': wrong}) }}
{% endmacro %}
