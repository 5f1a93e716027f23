{#
    ln(1 + x), accurate to 1e-15 relative also where x is small: 2 atanh(x / (2 + x)) up to 1. There is no log1p on
    DuckDB and Postgres; Spark's atanh is built on log1p (SPARK-28519). Null for x <= -1.
#}
{% macro log_one_plus(x) -%}
case
    when abs({{ x }}) < {{ ml_monitor.double_literal('0.5') }} then 2 * atanh(({{ x }}) / (2 + ({{ x }})))
    when {{ x }} > -1 then ln(1 + ({{ x }}))
end
{%- endmacro %}
