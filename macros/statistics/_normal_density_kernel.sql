{#
    Private. exp(-rate z^2) for 0 <= z <= 38 and rate 0.5 or 1, with Cody's splitting: z^2 = q^2 + (z - q)(z + q), where q
    is z cut to sixteenths, so that q^2 is exact. Else the rounding of z^2 costs 3 digits at z = 37.
#}
{% macro _normal_density_kernel(z, rate) -%}
    {%- set q = '(cast(floor(16 * ' ~ z ~ ') as ' ~ ml_monitor.type_double() ~ ') / 16)' -%}
    exp(-{{ rate }} * {{ q }} * {{ q }})
        * exp(-{{ rate }} * ({{ z }} - {{ q }}) * ({{ z }} + {{ q }}))
{%- endmacro %}
