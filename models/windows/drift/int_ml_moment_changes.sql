{{ config(**ml_monitor.replaced_by_comparison()) }}
{%- set z = ml_monitor.double_literal(1.959963984540054) %}
/*
    Grain: log, model, version, window, slice, baseline, subject and numeric feature. How mean, standard deviation and
    share of zeros of the finite values differ from the baseline's, with 95 % intervals:
      mean_change       difference of means; interval normal, p-value of Welch's t (Welch 1947)
      std_change        difference of standard deviations (n - 1); interval by normal theory, se(s)^2 = s^2 / (2 (n - 1))
      zero_rate_change  difference of shares of finite values; Wald interval, p-value of two proportions
*/
with {{ ml_monitor.with_due_comparisons() }},

moments as (

    select * from {{ ref('int_ml_window_moments') }}

),

{{ ml_monitor.merged_moments(
    'moments', 'members', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start'],
    ['log_name', 'model_id', 'model_version', 'baseline_id'],
    "moments.slice_key is null or members.baseline_id = 'reference'",
) }},

paired_sides as (

    select
        comparisons.log_name,
        comparisons.model_id,
        comparisons.model_version,
        comparisons.granularity,
        comparisons.window_start,
        comparisons.window_end,
        moments.slice_key,
        moments.slice_value,
        comparisons.baseline_name,
        moments.subject,
        moments.feature_name,
        moments.finite_count as sample_count,
        baseline.finite_count as reference_count,
        moments.value_minimum,
        moments.value_maximum,
        baseline.value_minimum as reference_minimum,
        baseline.value_maximum as reference_maximum,
        moments.zero_count,
        baseline.zero_count as reference_zero_count,
        moments.value_mean,
        baseline.value_mean as reference_mean,
        baseline.deviation_square_sum as reference_deviation_square_sum,
        {{ ml_monitor.safe_divide('moments.deviation_square_sum', 'moments.finite_count - 1') }} as variance,
        {{ ml_monitor.safe_divide('baseline.deviation_square_sum', 'baseline.finite_count - 1') }} as reference_variance,
        {{ ml_monitor.safe_divide('moments.zero_count', 'moments.finite_count') }} as zero_rate,
        {{ ml_monitor.safe_divide('baseline.zero_count', 'baseline.finite_count') }} as reference_zero_rate
    from comparisons
    inner join moments
        on
            comparisons.log_name = moments.log_name
            and comparisons.model_id = moments.model_id
            and comparisons.model_version = moments.model_version
            and comparisons.granularity = moments.granularity
            and comparisons.window_start = moments.window_start
            and (moments.slice_key is null or comparisons.baseline_name = 'reference')
    inner join merged_moments as baseline
        on
            comparisons.log_name = baseline.log_name
            and comparisons.model_id = baseline.model_id
            and comparisons.model_version = baseline.model_version
            and comparisons.baseline_id = baseline.baseline_id
            and coalesce(moments.slice_key, '') = coalesce(baseline.slice_key, '')
            and coalesce(moments.slice_value, '') = coalesce(baseline.slice_value, '')
            and moments.subject = baseline.subject
            and moments.feature_name = baseline.feature_name
    where
        moments.finite_count > 0
        and baseline.finite_count > 0

),

errors as {{ ml_monitor.materialized() }}(

    select
        paired_sides.*,
        paired_sides.variance / paired_sides.sample_count as squared_error,
        paired_sides.reference_variance / paired_sides.reference_count as reference_squared_error,
        sqrt(
            paired_sides.variance / paired_sides.sample_count
            + paired_sides.reference_variance / paired_sides.reference_count
        ) as mean_error,
        sqrt(
            {{ ml_monitor.safe_divide('paired_sides.variance', '2 * (paired_sides.sample_count - 1)') }}
            + {{ ml_monitor.safe_divide('paired_sides.reference_variance', '2 * (paired_sides.reference_count - 1)') }}
        ) as std_error,
        sqrt(
            paired_sides.zero_rate * (1 - paired_sides.zero_rate) / paired_sides.sample_count
            + paired_sides.reference_zero_rate * (1 - paired_sides.reference_zero_rate) / paired_sides.reference_count
        ) as zero_rate_error,
        abs({{ ml_monitor.two_proportion_z(
            'paired_sides.zero_count', 'paired_sides.sample_count', 'paired_sides.reference_zero_count', 'paired_sides.reference_count'
        ) }}) as zero_rate_z
    from paired_sides

),

welch as {{ ml_monitor.materialized() }}(

    select
        errors.*,
        {{ ml_monitor.safe_divide('value_mean - reference_mean', 'mean_error') }} as welch_t,
        {{ ml_monitor.safe_divide(
            '(squared_error + reference_squared_error) * (squared_error + reference_squared_error)',
            'squared_error * squared_error / nullif(sample_count - 1, 0)'
            ~ ' + reference_squared_error * reference_squared_error / nullif(reference_count - 1, 0)'
        ) }} as welch_df
    from errors

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    baseline_name,
    subject,
    feature_name,
    sample_count,
    reference_count,
    value_minimum,
    value_maximum,
    reference_minimum,
    reference_maximum,
    reference_mean,
    value_mean - reference_mean as mean_change,
    value_mean - reference_mean - {{ z }} * mean_error as mean_change_lower,
    value_mean - reference_mean + {{ z }} * mean_error as mean_change_upper,
    {{ ml_monitor.student_t_two_sided_p('welch_t', 'welch_df') }} as mean_change_p_value,
    sqrt(reference_variance) as reference_std,
    sqrt(variance) - sqrt(reference_variance) as std_change,
    sqrt(variance) - sqrt(reference_variance) - {{ z }} * std_error as std_change_lower,
    sqrt(variance) - sqrt(reference_variance) + {{ z }} * std_error as std_change_upper,
    sqrt({{ ml_monitor.safe_divide('reference_deviation_square_sum', 'reference_count') }}) as reference_population_std,
    reference_zero_rate,
    zero_rate - reference_zero_rate as zero_rate_change,
    zero_rate - reference_zero_rate - {{ z }} * zero_rate_error as zero_rate_change_lower,
    zero_rate - reference_zero_rate + {{ z }} * zero_rate_error as zero_rate_change_upper,
    {{ ml_monitor.normal_two_sided_p('zero_rate_z') }} as zero_rate_change_p_value
from welch
