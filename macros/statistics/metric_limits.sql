{#
    The lower or upper end (side) of a 95 % interval that stays in the range of the metric: the delta method on the logit
    scale between range_lower and range_upper (Agresti, Categorical Data Analysis 2013, 3.1.8; between -1 and 1 that is
    Fisher's z), on the log scale where the range has one end only (range_lower 0, or range_upper 1 as for a skill). Null
    where the standard error is null, and where the value is at or beyond an end (but for rounding); an error of 0 gives the value itself.
    quantile: how many errors to either side, 1.96 unless told.
#}
{% macro ranged_limit(side, value, standard_error, range_lower=none, range_upper=none, quantile=none) -%}
    {%- set value = ml_monitor._operand(value) -%}
    {%- set above = '(' ~ value ~ ' - ' ~ (range_lower or 0) ~ ')' if range_lower else value -%}
    {%- set below = '(' ~ (range_upper or 1) ~ ' - ' ~ value ~ ')' -%}
    {%- set width = (range_upper or 0) - (range_lower or 0) -%}
    {%- set distance = (quantile or ml_monitor.z_95()) ~ ' * (' ~ standard_error ~ ')' -%}
    {%- set rounding = ml_monitor.double_literal('1e-12') -%}
    {%- if range_lower is not none and range_upper is not none -%}
    {%- set shrunk = ml_monitor.safe_exp('-' ~ ml_monitor._operand(distance ~ ' * ' ~ width ~ ' / (' ~ above ~ ' * ' ~ below ~ ')')) -%}
    case
        when {{ standard_error }} >= 0 and {{ above }} > {{ rounding }} and {{ below }} > {{ rounding }}
            then {{ range_lower ~ ' + ' if range_lower }}
            {%- if side == 'lower' %}{{ width }} * {{ above }} * ({{ shrunk }}) / ({{ below }} + {{ above }} * ({{ shrunk }}))
            {%- else %}{{ width }} * {{ above }} / ({{ below }} * ({{ shrunk }}) + {{ above }})
            {%- endif %}
    end
    {%- elif range_upper is none -%}
    /* 300: far beyond what sums of rows can give, so that exp never overflows */
    case
        when {{ standard_error }} >= 0 and {{ value }} > 0
            then {{ value }} * exp({{ '-' if side == 'lower' }}least({{ distance }} / {{ value }}, 300))
    end
    {%- else -%}
    case
        when {{ standard_error }} >= 0 and {{ below }} > 0
            then {{ range_upper }} - {{ below }} * exp({{ '-' if side == 'upper' }}least({{ distance }} / {{ below }}, 300))
    end
    {%- endif -%}
{%- endmacro %}


{#
    How far the distribution of a mean leans: the third central moment of what it is the mean of, over the standard
    deviation cubed and the root of the count. From sums over the rows: of products of the deviations of the quantity and
    its square, of squared deviations, and the mean. In [-1, 1], beyond which no rows can be; 0 where nothing varies.
#}
{% macro mean_asymmetry(square_product_sum, deviation_square_sum, mean) -%}
    coalesce({{ ml_monitor.clip(
        '((' ~ square_product_sum ~ ' / nullif(' ~ deviation_square_sum ~ ', 0) - 2 * ' ~ mean ~ ') / sqrt(nullif(' ~ deviation_square_sum ~ ', 0)))',
        '-1', '1'
    ) }}, 0)
{%- endmacro %}


{#
    The same of a weighted mean, from the sums of w^3 (x - mean)^3 and w^2 (x - mean)^2.
#}
{% macro weighted_mean_asymmetry(deviation_cube_sum, deviation_square_sum) -%}
    coalesce({{ ml_monitor.clip(
        '(' ~ deviation_cube_sum ~ ' / nullif(' ~ deviation_square_sum ~ ', 0) / sqrt(nullif(' ~ deviation_square_sum ~ ', 0)))', '-1', '1'
    ) }}, 0)
{%- endmacro %}


{#
    The same of a gamma distribution with this mean and standard error, whose skewness is twice its coefficient of
    variation: for losses of which nothing beyond squares is kept. At most 1, beyond which no rows can be.
#}
{% macro gamma_asymmetry(mean, standard_error) -%}
    least(2 * {{ standard_error }} / nullif({{ mean }}, 0), 1)
{%- endmacro %}


{#
    Degrees of freedom of the standard error of a mean that leans: row_count - 1, or fewer, by Satterthwaite (1946) from the
    least kurtosis that goes with the skewness, skewness^2 + 1 (Pearson 1916).
#}
{% macro mean_degrees_of_freedom(row_count, asymmetry) -%}
    least({{ row_count }} - 1, 2 / power(greatest(abs({{ asymmetry }}), {{ ml_monitor.double_literal('1e-7') }}), 2))
{%- endmacro %}


{#
    The end of the interval of a mean that leans, from Hall's (1992) cubic transformation of its t: with asymmetry a and
    y = +/- quantile - a / 6 the end is value - 3 y / (root^2 + root + 1) standard errors, root = cbrt(1 + a y), which is
    3 / a (root - 1) written without a difference of near numbers. Not below 0: for means of sizes. Null where the error is.
#}
{% macro skewed_limit(side, value, standard_error, quantile, asymmetry, root) -%}
    case
        when {{ standard_error }} >= 0
            then greatest(
                {{ value }}
                - 3 * {{ standard_error }} * ({{ '' if side == 'lower' else '-' }}{{ quantile }} - {{ asymmetry }} / 6) / ({{ root }} * {{ root }} + {{ root }} + 1),
                0
            )
    end
{%- endmacro %}


{#
    The last CTEs and the select of a metric model: from its CTE `measured`, ci_lower and ci_upper where its column
    interval_scale is not null, or where it has limits of its own (own_lower, own_upper). The others get theirs in the marts,
    by metric_limit. Student's t takes the place of 1.96 where degrees_of_freedom is not null. Scales:
      unit, double_unit   logit between 0 and 1, 0 and 2     correlation           between -1 and 1
      positive            log                                skill                 log of 1 - value
      skewed              Hall's, by the column asymmetry    skewed_root           of its square, then the root
#}
{% macro select_with_limits() -%}
with_quantiles as (

    select
        measured.*,
        coalesce({{ ml_monitor.student_t_95('measured.degrees_of_freedom') }}, {{ ml_monitor.z_95() }}) as quantile
    from measured

),

with_roots as (

    select
        with_quantiles.*
        {%- for side, sign in [('lower', ''), ('upper', '-')] %}
        {%- set cube = '(1 + with_quantiles.asymmetry * (' ~ sign ~ 'with_quantiles.quantile - with_quantiles.asymmetry / 6))' %},
        sign({{ cube }}) * power(abs({{ cube }}), {{ ml_monitor.double_literal(1 / 3) }}) as {{ side }}_root
        {%- endfor %}
    from with_quantiles

)

select
    with_roots.*,
    {%- for side in ['lower', 'upper'] %}
    case with_roots.interval_scale
        {%- for scale, lower, upper in [
            ('unit', 0, 1), ('double_unit', 0, 2), ('correlation', -1, 1), ('positive', 0, none), ('skill', none, 1),
        ] %}
        when '{{ scale }}' then {{ ml_monitor.ranged_limit(side, 'with_roots.metric_value', 'with_roots.standard_error', lower, upper, 'with_roots.quantile') }}
        {%- endfor %}
        when 'skewed' then {{ ml_monitor.skewed_limit(
            side, 'with_roots.metric_value', 'with_roots.standard_error', 'with_roots.quantile', 'with_roots.asymmetry', 'with_roots.' ~ side ~ '_root'
        ) }}
        when 'skewed_root' then sqrt({{ ml_monitor.skewed_limit(
            side, 'with_roots.metric_value * with_roots.metric_value', '2 * with_roots.metric_value * with_roots.standard_error',
            'with_roots.quantile', 'with_roots.asymmetry', 'with_roots.' ~ side ~ '_root'
        ) }})
        else with_roots.own_{{ side }}
    end as ci_{{ side }}{{ ',' if not loop.last }}
    {%- endfor %}
from with_roots
{%- endmacro %}


{#
    The end of a metric's interval, of columns of the metric models: its own limit where the model gives one, Wilson's of
    success_count of sample_count, or of effective_count rows of equal weight, else metric_value -/+ 1.96 standard errors, cut where the metric's range ends.
#}
{% macro metric_limit(side, effective_count=none) -%}
    {%- set sign, range_end, beyond = ('-', 'range_lower', '<') if side == 'lower' else ('+', 'range_upper', '>') -%}
    {%- set wilson = ml_monitor.wilson_lower if side == 'lower' else ml_monitor.wilson_upper -%}
    {%- set normal = 'metric_value ' ~ sign ~ ' ' ~ ml_monitor.z_95() ~ ' * standard_error' -%}
    case
        when ci_{{ side }} is not null then ci_{{ side }}
        when success_count is not null
            then {{ wilson('success_count', 'sample_count') }}
        {%- if effective_count is not none %}
        when {{ effective_count }} is not null
            then {{ wilson('metric_value * ' ~ effective_count, effective_count) }}
        {%- endif %}
        when {{ normal }} {{ beyond }} {{ range_end }} then {{ range_end }}
        else {{ normal }}
    end
{%- endmacro %}


{#
    The end of the interval of F1 from Wilson's of true positives of what is not a true negative, of which F1 is an
    increasing function, 2 J / (1 + J) (Lam, Gopal and Qian 2023: Wilson indirect).
#}
{% macro f1_limit(side, true_positive_count, either_count) -%}
    {%- set share = ml_monitor.wilson_lower(true_positive_count, either_count) if side == 'lower' else ml_monitor.wilson_upper(true_positive_count, either_count) -%}
    2 * ({{ share }}) / (1 + ({{ share }}))
{%- endmacro %}


{#
    The end of the interval of a mean of independent rates from the ends of their own intervals (MOVER: Zou and Donner
    2008, Newcombe's hybrid score for two): mean -/+ sqrt(sum of (rate - its end)^2) / how many.
#}
{% macro mean_of_rates_limit(side, mean, squared_distance_sum, rate_count) -%}
    {{ mean }} {{ '-' if side == 'lower' else '+' }} {{ ml_monitor.safe_divide('sqrt(' ~ squared_distance_sum ~ ')', rate_count) }}
{%- endmacro %}


{#
    The end of the interval of an agreement in [-1, 1] from the table with one row more of each kind: its value there
    -/+ 1.96 of its errors there, as Agresti and Coull (1998) do for a rate. Null where the agreement itself is.
#}
{% macro agreement_limit(side, agreement, padded_value, padded_error) -%}
    case
        when {{ agreement }} is not null
            then {{ 'greatest' if side == 'lower' else 'least' }}(
                {{ padded_value }} {{ '-' if side == 'lower' else '+' }} {{ ml_monitor.z_95() }} * {{ padded_error }}, {{ '-1' if side == 'lower' else '1' }}
            )
    end
{%- endmacro %}


{#
    The end of the interval of a difference of two rates of the same rows, from the rows in which only the first is right
    and those in which only the second is (Bonett and Price 2012: one row more of each kind).
#}
{% macro paired_rates_limit(side, first_only_count, second_only_count, sample_count) -%}
    {%- set first, second, total = '(' ~ first_only_count ~ ' + 1)', '(' ~ second_only_count ~ ' + 1)', '(' ~ sample_count ~ ' + 2)' -%}
    case
        when {{ first_only_count }} is not null and {{ sample_count }} > 0
            then {{ 'greatest' if side == 'lower' else 'least' }}(
                ({{ first }} - {{ second }}) / {{ total }} {{ '-' if side == 'lower' else '+' }} {{ ml_monitor.z_95() }}
                * sqrt({{ first }} + {{ second }} - power({{ first }} - {{ second }}, 2) / {{ total }}) / {{ total }},
                {{ '-1' if side == 'lower' else '1' }}
            )
    end
{%- endmacro %}
