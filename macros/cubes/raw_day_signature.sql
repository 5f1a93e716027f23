{#
    What tells whether a raw day changed: its row count, and the newest loaded_at where the table has one, else a sum
    of row hashes over every column that is read. Rows ahead of the as-of moment are counted apart, because they
    become usable without the table changing.
#}
{% macro raw_day_signature(log, table, moment, canonical_columns, plain_columns=[]) %}
    {%- set loaded_at = ml_monitor.declared_column(table, 'loaded_at') -%}
    {%- set columns = [] -%}
    {%- for canonical in canonical_columns -%}
        {%- set raw = ml_monitor.declared_column(table, canonical, true) -%}
        {%- do columns.append('raw_rows.' ~ raw) if 'raw_rows.' ~ raw not in columns -%}
    {%- endfor -%}
    {%- for raw in plain_columns -%}
        {%- do columns.append('raw_rows.' ~ raw) if 'raw_rows.' ~ raw not in columns -%}
    {%- endfor -%}
    concat(
        cast(count(*) as {{ dbt.type_string() }}),
        ' rows, ',
        {%- if moment is not none %}
        cast(count(*) filter (where {{ moment }} > {{ ml_monitor.as_of() }}
            {%- if loaded_at is not none %} or {{ ml_monitor.try_cast('raw_rows.' ~ loaded_at, 'timestamp') }} > {{ ml_monitor.as_of() }}{% endif %}) as {{ dbt.type_string() }}),
        ' ahead, ',
        {%- endif %}
        {%- if loaded_at is not none %}
        'loaded ', coalesce(cast(max({{ ml_monitor.try_cast('raw_rows.' ~ loaded_at, 'timestamp') }}) as {{ dbt.type_string() }}), 'never'),
        {%- else %}
        'hash ', cast(sum({{ ml_monitor.row_hash(columns) }}) as {{ dbt.type_string() }}),
        {%- endif %}
        ', declared {{ ml_monitor.declaration_signature(log) }}'
    )
{%- endmacro %}


{# Changes with the declaration, and with the cubes' own definition: either makes every day of the log dirty. #}
{% macro declaration_signature(log) %}
    {%- set cube_definition = '2' -%}
    {{ return(local_md5(tojson(log, none, true) ~ cube_definition)[:12]) }}
{% endmacro %}


{# A readable date of a raw row; rows without one share 1900-01-01. #}
{% macro raw_date(moment) %}
    {{ return("cast(coalesce(" ~ moment ~ ", cast('1900-01-01' as timestamp)) as date)") }}
{% endmacro %}


{# One text for all signed days together: two equal ones mean equal raw tables. `days_alias` stands for the days. #}
{% macro raw_state(days_alias) %}
    {%- set columns = [] -%}
    {%- for column in ['log_name', 'source_name', 'raw_date', 'day_signature'] -%}
        {%- do columns.append(days_alias ~ '.' ~ column) -%}
    {%- endfor -%}
    {{ return("coalesce(cast(sum(" ~ ml_monitor.row_hash(columns) ~ ") as " ~ dbt.type_string() ~ "), 'no days')") }}
{% endmacro %}
