{#
    A Poisson draw with mean `count`, a whole number (as a double), by inversion of `uniform` in (0, 1): the weights of
    `count` rows together in a Poisson bootstrap, in which each row counts Poisson(1) times (Hanley and MacGibbon 2006). From the
    cumulated probabilities for 1 row; else by Giles' (2016) expansion of the quantile in the normal one, cut to a whole
    number: mean within 0.3 %, variance within 1.3 % from 2 rows on. uniform: a column. `normal` is its normal quantile.
#}
{% macro poisson_draw(count, uniform, normal) -%}
    {%- set steps = [
        '0.36787944117144233', '0.73575888234288467', '0.91969860292860584', '0.98101184312384626', '0.99634015317265634',
        '0.99940581518241833', '0.99991675885071198', '0.99998975080332536',
    ] -%}
    case
        when {{ count }} = 0 then 0
        {%- for limit in steps %}
        when {{ count }} = 1 and {{ uniform }} < {{ ml_monitor.double_literal(limit) }} then {{ loop.index0 }}
        {%- endfor %}
        when {{ count }} = 1 then {{ steps | length }}
        else greatest(floor(
            {{ count }} + sqrt({{ count }}) * {{ normal }} + (2 + {{ normal }} * {{ normal }}) / 6
            - ({{ normal }} / 36 + {{ normal }} * {{ normal }} * {{ normal }} / 72) / sqrt({{ count }})
        ), 0)
    end
{%- endmacro %}


{#
    The normal quantile of a uniform number in (0, 1), within 0.00045 (Abramowitz and Stegun 1964, 26.2.23): for draws, not
    for p-values. uniform: a column.
#}
{% macro rough_normal_quantile(uniform) -%}
    {%- set t = 'sqrt(-2 * ln(least(' ~ uniform ~ ', 1 - ' ~ uniform ~ ')))' -%}
    (case when {{ uniform }} < 0.5 then -1 else 1 end) * (
        {{ t }} - (2.515517e0 + {{ t }} * (0.802853e0 + 0.010328e0 * {{ t }}))
        / (1 + {{ t }} * (1.432788e0 + {{ t }} * (0.189269e0 + 0.001308e0 * {{ t }})))
    )
{%- endmacro %}
