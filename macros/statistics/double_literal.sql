{#
    A 64-bit constant. The cast makes Postgres read a double and not a numeric; the exponent makes DuckDB and Spark read
    a double and not a decimal, so a number without one gets `e0`.
#}
{% macro double_literal(number) -%}
    {%- set digits = number | string | lower -%}
    cast({{ digits }}{{ '' if 'e' in digits else 'e0' }} as {{ ml_monitor.type_double() }})
{%- endmacro %}
