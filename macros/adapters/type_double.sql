{# The 64-bit IEEE 754 type. dbt.type_float() is 32-bit on DuckDB and Spark, dbt.type_numeric() is numeric(28,6). #}
{% macro type_double() %}
    {{ return(adapter.dispatch('type_double', 'ml_monitor')()) }}
{% endmacro %}

{% macro default__type_double() %}
    {{ return('double precision') }}
{% endmacro %}

{% macro duckdb__type_double() %}
    {{ return('double') }}
{% endmacro %}

{% macro spark__type_double() %}
    {{ return('double') }}
{% endmacro %}
