{#- Puts files of the same months into what files_by_period gives. -#}
{% macro add_files(found, row, nowhere) %}
    {%- set first, last = [row.year_from or 1, 1] | max, [9999 if row.year_to is none else row.year_to, 9999] | min -%}
    {%- set from, to = [row.month_from or 1, 1] | max, [12 if row.month_to is none else row.month_to, 12] | min -%}
    {%- set inside = row.year_from == first and row.year_to == last and row.month_from == from and row.month_to == to -%}
    {%- set one = inside and first == last and from == to -%}
    {%- if row.content == 0 and (nowhere or row.nulls or not one) -%}
        {%- do found.update({'strangers': true}) -%}
    {%- endif -%}
    {%- set files = row.files ~ ':' ~ row.fingerprint -%}
    {%- if nowhere or first > last or from > to -%}
        {#- No row of any month. -#}
    {%- elif one -%}
        {%- set period = period_of(first, from) -%}
        {%- do found.exact.setdefault(period, []).append(files) -%}
        {%- do found.row_counts.update({period: found.row_counts.get(period, 0) + row.total_rows | int}) -%}
    {%- else -%}
        {%- do found.boxes.append({'first': first, 'last': last, 'from': from, 'to': to, 'files': files, 'total_rows': row.total_rows | int}) -%}
    {%- endif -%}
{% endmacro %}
