{#
    The complementary error function, 2 / sqrt(pi) times the integral of exp(-t^2) from x to infinity: in [0, 2],
    relative error < 1e-14 for x <= 26; 0 from 26.1 on (1e-298). Null for null, NaN and infinities. Cody's rational
    approximations. x is written some sixty times: pass a column.
#}
{% macro erfc(x) -%}
    {%- set x = ml_monitor._operand(x) -%}
    {%- set z = '(abs(' ~ x ~ ') * ' ~ ml_monitor.double_literal('1.4142135623730951') ~ ')' -%}
    case
        when abs({{ x }}) < {{ ml_monitor.double_literal('1e-20') }} then 1
        when abs({{ x }}) <= {{ ml_monitor.double_literal('26.1') }} then
        1 - sign({{ x }}) + sign({{ x }}) * 2 * {{ ml_monitor._normal_density_kernel('abs(' ~ x ~ ')', '1') }} * {{ ml_monitor._scaled_normal_sf(z, '(2 * ' ~ x ~ ' * ' ~ x ~ ')') }}
        when {{ ml_monitor.is_finite(x) }} then case when {{ x }} > 0 then 0 else 2 end
    end
{%- endmacro %}
