{#
    The condition that a date lies between the first and the last of some days (a relation or subquery with a date column),
    as literals, for a partial build. For scans of raw rows: a scan skips the blocks of other days by a literal, while a join
    with the days comes after every row has been read.
#}
{% macro in_span_of(days, date_column, date_expression) -%}
    {%- if not execute -%}
        {{ return('1 = 1') }}
    {%- endif -%}
    {%- set span = run_query('select min(' ~ date_column ~ '), max(' ~ date_column ~ ') from ' ~ days).rows[0] -%}
    {%- if span[0] is none -%}
        {{ return('1 = 0') }}
    {%- endif -%}
    {{ return(date_expression ~ " between cast('" ~ span[0] ~ "' as date) and cast('" ~ span[1] ~ "' as date)") }}
{%- endmacro %}
