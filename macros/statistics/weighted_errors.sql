{#
    Standard errors of ratios of weighted sums by linearisation (Taylor; Saerndal, Swensson and Wretman 1992, 5.5): rows
    are independent, their weights w fixed beside them, and
        se^2 = sum of w^2 (x - r z)^2 / (sum of w z)^2,  r = sum of w x / sum of w z  (z = 1: a weighted mean)
    times n / (n - 1) for means, so that equal weights give what the metric without weights has.
#}

{#
    Sum of w^2 (x - r z)^2 from the sums of w^2 x^2, w^2 x z and w^2 z^2. What is left by rounding, below a millionth of
    a millionth of its terms, is 0: x is r z in every row.
#}
{% macro weighted_deviation_square_sum(square_sum, product_sum, scale_square_sum, ratio) -%}
    {%- set deviation = square_sum ~ ' - 2 * ' ~ ratio ~ ' * ' ~ product_sum ~ ' + ' ~ ratio ~ ' * ' ~ ratio ~ ' * ' ~ scale_square_sum -%}
    case
            when {{ deviation }} > {{ ml_monitor.double_literal('1e-12') }} * ({{ square_sum }} + {{ ratio }} * {{ ratio }} * {{ scale_square_sum }})
                then {{ deviation }}
            when {{ square_sum }} is not null then 0
        end
{%- endmacro %}


{# The standard error of a ratio of weighted sums over n rows. Null below two rows. #}
{% macro weighted_mean_error(deviation_square_sum, weight_sum, sample_count) -%}
    sqrt({{ ml_monitor.safe_divide(deviation_square_sum ~ ' * ' ~ sample_count, sample_count ~ ' - 1') }}) / nullif({{ weight_sum }}, 0)
{%- endmacro %}


{# A deviation of which the cube, with a cubed weight of 1e-90 to 1e36, is a double: at most 1e75, and 0 below 1e-60. #}
{% macro cubable(deviation) -%}
case
            when abs({{ deviation }}) < {{ ml_monitor.double_literal('1e-60') }} then 0
            else {{ ml_monitor.clip(deviation, ml_monitor.double_literal('-1e75'), ml_monitor.double_literal('1e75')) }}
        end
{%- endmacro %}
