{#
    The upper tail of the standard normal distribution, P(Z > z): relative error < 1e-14 down to 1e-300, 0 below. Null
    for null, NaN and infinities. z is written some sixty times: pass a column.
#}
{% macro normal_sf(z) -%}
    {%- set z = ml_monitor._operand(z) -%}
    {%- set half = ml_monitor.double_literal('0.5') -%}
    case
        when abs({{ z }}) < {{ ml_monitor.double_literal('1e-20') }} then {{ half }}
        when abs({{ z }}) <= 37 then
        (1 - sign({{ z }})) * {{ half }} + sign({{ z }}) * {{ ml_monitor._normal_density_kernel('abs(' ~ z ~ ')', half) }} * {{ ml_monitor._scaled_normal_sf('abs(' ~ z ~ ')', '(' ~ z ~ ' * ' ~ z ~ ')') }}
        when {{ ml_monitor.is_finite(z) }} then case when {{ z }} > 0 then 0 else 1 end
    end
{%- endmacro %}
