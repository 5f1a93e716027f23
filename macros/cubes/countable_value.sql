{# A finite value as it is counted: within 1e150 of zero, whose square still is a double, and -0 as 0. Else null. #}
{% macro countable_value(value) -%}
case
            when {{ ml_monitor.is_finite(value) }} then {{ ml_monitor.clip(value, ml_monitor.double_literal('-1e150'), ml_monitor.double_literal('1e150')) }} + 0
        end
{%- endmacro %}
