{#
    The two-sided p-value of a standard normal deviate, P(|Z| > |z|): relative error < 1e-14 down to 1e-299, 0 below.
    Null for null, NaN and infinities. z is written some sixty times: pass a column.
#}
{% macro normal_two_sided_p(z) -%}
    {%- set z = ml_monitor._operand(z) -%}
    {%- set size = 'abs(' ~ z ~ ')' -%}
    case
        when {{ size }} < {{ ml_monitor.double_literal('1e-20') }} then 1
        when {{ size }} <= 37 then
        2 * {{ ml_monitor._normal_density_kernel(size, ml_monitor.double_literal('0.5')) }} * {{ ml_monitor._scaled_normal_sf(size, '(' ~ z ~ ' * ' ~ z ~ ')') }}
        when {{ ml_monitor.is_finite(z) }} then 0
    end
{%- endmacro %}
