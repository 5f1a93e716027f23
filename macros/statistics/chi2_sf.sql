{#
    The upper tail of the chi-squared distribution for whole degrees of freedom 1 .. 2000: Q(df / 2, x / 2), the
    regularized upper incomplete gamma function, as a finite sum of positive terms (NIST DLMF 8.4.10 and 8.8.8):

        Q = sum over k of exp(k ln(x / 2) - x / 2 - ln gamma(k + 1))  [ + erfc(sqrt(x / 2)) where df is odd ]
            with k = 0, 1, .. df / 2 - 1 where df is even, and k = 1/2, 3/2, .. df / 2 - 1 where it is odd

    In [0, 1]; relative error < 1e-11 down to 1e-290; 0 below 1e-300. x <= 0 gives 1. Null where x is null, NaN or
    infinite, where df is null, not whole or outside 1 .. 2000, and where the terms were not joined.

    The terms are joined and summed in the model, by equal degrees of freedom, so that a row meets only the df / 2 terms
    that it needs. The pattern, for rows of `tested` (one a test, key test_id):

        degrees as (
            select tested.degrees_of_freedom
            from tested
            group by tested.degrees_of_freedom
        ),

        degree_terms as (
            select
                degrees.degrees_of_freedom,
                terms.half_index,
                terms.log_gamma
            from degrees
            inner join {{ ref('ml_chi_squared_terms') }} as terms
                on {{ ml_monitor.chi2_sf_uses_term('degrees.degrees_of_freedom', 'terms.half_index') }}
        ),

        summed as (
            select
                tested.test_id,
                sum({{ ml_monitor.chi2_sf_term('tested.chi_squared', 'degree_terms.half_index', 'degree_terms.log_gamma') }}) as term_sum
            from tested
            inner join degree_terms on tested.degrees_of_freedom = degree_terms.degrees_of_freedom
            group by tested.test_id
        ),

        final as (
            select
                tested.test_id,
                {{ ml_monitor.chi2_sf('tested.chi_squared', 'tested.degrees_of_freedom', 'summed.term_sum') }} as p_value
            from tested
            left join summed on tested.test_id = summed.test_id
        )

    The last join is a left join: one degree of freedom has no terms.
#}
{% macro chi2_sf(x, degrees_of_freedom, term_sum) -%}
    {%- set x = ml_monitor._operand(x) -%}
    {%- set df = ml_monitor._operand(degrees_of_freedom) -%}
    {%- set term_sum = ml_monitor._operand(term_sum) -%}
    case
        when {{ ml_monitor.is_finite(x) }} and {{ df }} between 1 and 2000 and floor({{ df }}) = {{ df }} and ({{ df }} = 1 or {{ term_sum }} is not null) then
        case
            when {{ x }} <= 0 then 1
            when {{ df }} = 1 and {{ x }} > 1372 then 0
            when {{ df }} > 1 and {{ term_sum }} < {{ ml_monitor.double_literal('1e-300') }} then 0
            when floor({{ df }} * {{ ml_monitor.double_literal('0.5') }}) * 2 = {{ df }} then least({{ term_sum }}, 1)
            /* odd: erfc(sqrt(x / 2)) is twice the normal tail at sqrt(x) */
            else least(coalesce({{ term_sum }}, 0) + 2 * exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ x }}, -700)) * {{ ml_monitor._scaled_normal_sf('sqrt(' ~ x ~ ')', x) }}, 1)
        end
    end
{%- endmacro %}
