{#
    Pearson's correlation from the sums of merged_comoments, in [-1, 1]. Null where one of the two has no spread: none
    that a double can hold beside its mean, since the mean of equal values may be off in its last digit.
    Source: Pearson 1895.
#}
{% macro correlation(sums) -%}
case
            when {{ ml_monitor._has_spread(sums, 'first') }} and {{ ml_monitor._has_spread(sums, 'second') }}
                then greatest(-1, least(1, {{ ml_monitor.safe_divide(
                    sums ~ '.deviation_product_sum',
                    'sqrt(' ~ sums ~ '.first_deviation_square_sum) * sqrt(' ~ sums ~ '.second_deviation_square_sum)'
                ) }}))
        end
{%- endmacro %}


{% macro _has_spread(sums, side) -%}
{{ sums }}.{{ side }}_deviation_square_sum > {{ ml_monitor.double_literal('1e-30') }} * {{ sums }}.pair_count * {{ sums }}.{{ side }}_mean * {{ sums }}.{{ side }}_mean
{%- endmacro %}


{# Fisher's z of a correlation, its inverse hyperbolic tangent; null at -1 and 1. Source: Fisher 1921. #}
{% macro fisher_z(correlation) -%}
ln(nullif({{ ml_monitor.safe_divide('1 + ' ~ correlation, '1 - ' ~ correlation) }}, 0)) / 2
{%- endmacro %}


{# The correlation of a Fisher z: its hyperbolic tangent. #}
{% macro inverse_fisher_z(z) -%}
1 - 2 / ({{ ml_monitor.safe_exp('2 * (' ~ z ~ ')') }} + 1)
{%- endmacro %}
