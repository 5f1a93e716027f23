{#
    Private. A polynomial by Horner's rule, highest power first; one coefficient a line. Coefficients are strings where
    they have more digits than a double keeps, else numbers.
#}
{% macro _polynomial(x, coefficients, indent=8) -%}
    {%- set line = '\n' ~ ' ' * indent -%}
    {{ '(' * (coefficients | length) }}{{ ml_monitor.double_literal(coefficients[0]) }})
    {%- for coefficient in coefficients[1:] -%}
        {{ line }}* {{ x }} + {{ ml_monitor.double_literal(coefficient) }})
    {%- endfor -%}
{%- endmacro %}
