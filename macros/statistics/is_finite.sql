{#
    False for NaN and both infinities, true for any other number, null for null. Values within 0.03 % of the largest
    double (1.7977e308) count as infinite.
#}
{% macro is_finite(x) -%}
(cast({{ x }} as {{ ml_monitor.type_double() }}) between {{ ml_monitor.double_literal('-1.797e308') }} and {{ ml_monitor.double_literal('1.797e308') }})
{%- endmacro %}
