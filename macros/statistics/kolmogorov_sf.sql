{#
    The upper tail of Kolmogorov's limit distribution: for two samples z = D sqrt(n m / (n + m)). In [0, 1], relative
    error < 1e-13 down to 1e-297; 0 from z = 18.59 on (1e-300). Three terms of either theta series, switching at 1.18: the
    fourth is below 1e-17 (G. Marsaglia, W. W. Tsang and J. Wang 2003, "Evaluating Kolmogorov's distribution", Journal of
    Statistical Software 8/18). Equals scipy.special.kolmogorov. This is the limit for large samples; kstwo_sf corrects for
    their size. Null for null, NaN and infinity.
#}
{% macro kolmogorov_sf(z) -%}
    {%- set z = ml_monitor._operand(z) -%}
    {%- set pi_squared = 9.869604401089358 -%}
    case
        when {{ z }} < {{ ml_monitor.double_literal('0.04') }} then 1
        when {{ z }} < {{ ml_monitor.double_literal('1.18') }} then
        1 - {{ ml_monitor.double_literal('2.5066282746310002') }} / {{ z }} * (
            {%- for odd in [1, 3, 5] %}
            {{ '+ ' if not loop.first }}exp(greatest({{ ml_monitor.double_literal(-odd * odd * pi_squared / 8) }} / ({{ z }} * {{ z }}), -700))
            {%- endfor %}
        )
        when {{ z }} < {{ ml_monitor.double_literal('18.59') }} then
        2 * exp(-2 * {{ z }} * {{ z }}) * (1
            {%- for order in [2, 3] %}
            {{ '+' if order is odd else '-' }} exp(greatest(-{{ 2 * order * order - 2 }} * {{ z }} * {{ z }}, -700))
            {%- endfor %}
        )
        when {{ ml_monitor.is_finite(z) }} then 0
    end
{%- endmacro %}
