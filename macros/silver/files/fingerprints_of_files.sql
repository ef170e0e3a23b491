{#- `fingerprints`, from each month that has files to one that stands for them; `row_counts`, about how many rows each has, for
    deleted ones count and a box's are shared out; and `wrong`, the rows of no month. The months that only boxes tell of are asked of the rows in them. -#}
{% macro fingerprints_of_files(state, files, source) %}
    {%- set periods = files.exact.keys() | list -%}
    {%- set wrong, fingerprints = [], {} -%}
    {%- if files.strangers -%}
        {#- These are rows, perhaps all that there are: what reads them is compiled. -#}
        {%- do reset_settings() -%}
        {%- for row in run_query(rows_elsewhere(state, periods, source)).rows -%}
            {%- set period = period_of(row.review_year, row.review_month) -%}
            {%- do periods.append(period) if period else wrong.append(row) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for period in periods -%}
        {%- set all = files.exact.get(period, []) + boxes_with(files.boxes, period) -%}
        {%- do fingerprints.update({period: local_md5(all | sort | join(' '))}) -%}
    {%- endfor -%}
    {%- for box in files.boxes if periods -%}
        {%- for period in periods if boxes_with([box], period) -%}
            {%- do files.row_counts.update({period: files.row_counts.get(period, 0) + box.total_rows // periods | length}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return({'fingerprints': fingerprints, 'row_counts': files.row_counts, 'wrong': wrong}) }}
{% endmacro %}
