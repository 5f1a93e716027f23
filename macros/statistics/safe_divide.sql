{# A quotient of doubles. Null where either side is null or the denominator is zero. #}
{% macro safe_divide(numerator, denominator) -%}
(cast({{ numerator }} as {{ ml_monitor.type_double() }}) / nullif(cast({{ denominator }} as {{ ml_monitor.type_double() }}), 0))
{%- endmacro %}
