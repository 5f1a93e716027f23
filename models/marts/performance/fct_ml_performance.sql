/*
    Grain: model, version, window, slice and metric, for every metric of the model's task in every window, measured or
    not. Outcomes are joined whenever they came; label_coverage and is_mature say how many there are, and an immature
    window is shown but not judged. Judged against the same metric over the reference window; the p-value is of the
    difference of the two, from their standard errors (rates: p (1 - p) / n), where both are known.
*/
with windows as (

    select
        windows.*,
        logs.has_sample_weights
    from {{ ref('int_ml_window_counts') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    where logs.has_outcomes

),

maturity as (

    select * from {{ ref('int_ml_window_maturity') }}

),

metrics as (

    select * from {{ ref('dim_ml_metrics') }}
    where area = 'performance'

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}
    where area = 'performance'

),

measured as (

    select
        measurements.*,
        case
            when measurements.success_count is not null
                then sqrt(
                    {{ ml_monitor.safe_divide('measurements.success_count * (measurements.sample_count - measurements.success_count)', 'power(measurements.sample_count, 3)') }}
                )
            else measurements.standard_error
        end as difference_error
    from {{ ref('int_ml_performance_measured') }} as measurements

),

reference as (

    select * from measured
    where granularity = 'reference'

),

expected as (

    select
        windows.*,
        metrics.metric_name,
        metrics.range_lower,
        metrics.range_upper
    from windows
    inner join metrics
        on windows.task = metrics.task
    /* metrics with sample weights belong to logs that declare some */
    where
        windows.has_sample_weights
        or not {{ ml_monitor.takes_sample_weights('metrics.metric_name') }}

),

compared as (

    select
        expected.*,
        maturity.label_coverage as window_label_coverage,
        maturity.is_mature,
        {{ ml_monitor.safe_divide('expected.labelled_count', 'expected.prediction_count') }} as label_coverage,
        measured.metric_value,
        coalesce(measured.metric_error_bound, 0) as metric_error_bound,
        cast(coalesce(measured.sample_count, 0) as {{ dbt.type_bigint() }}) as sample_count,
        measured.success_count,
        measured.standard_error,
        measured.effective_count,
        measured.ci_lower,
        measured.ci_upper,
        measured.window_count,
        cast(reference.sample_count as {{ dbt.type_bigint() }}) as reference_count,
        reference.metric_value as reference_value,
        thresholds.comparison,
        thresholds.warn_threshold,
        thresholds.fail_threshold,
        thresholds.significance_level,
        thresholds.min_sample_count,
        thresholds.is_judged,
        (measured.metric_value - reference.metric_value)
        / nullif(sqrt(power(measured.difference_error, 2) + power(reference.difference_error, 2)), 0) as z_score,
        case thresholds.comparison
            when 'reference_drop' then reference.metric_value - measured.metric_value
            when 'reference_rise' then measured.metric_value - reference.metric_value
            when 'reference_change' then abs(measured.metric_value - reference.metric_value)
            when 'relative_rise' then {{ ml_monitor.safe_divide('measured.metric_value', 'reference.metric_value') }} - 1
            else measured.metric_value
        end as deviation
    from expected
    inner join maturity
        on
            expected.log_name = maturity.log_name
            and expected.model_id = maturity.model_id
            and expected.model_version = maturity.model_version
            and expected.granularity = maturity.granularity
            and expected.window_start = maturity.window_start
    inner join thresholds
        on
            expected.model_id = thresholds.model_id
            and expected.metric_name = thresholds.metric_name
            and coalesce(expected.slice_key, '') = coalesce(thresholds.slice_key, '')
            and coalesce(expected.slice_value, '') = coalesce(thresholds.slice_value, '')
    left join measured
        on
            expected.log_name = measured.log_name
            and expected.model_id = measured.model_id
            and expected.model_version = measured.model_version
            and expected.granularity = measured.granularity
            and expected.window_start = measured.window_start
            and coalesce(expected.slice_key, '') = coalesce(measured.slice_key, '')
            and coalesce(expected.slice_value, '') = coalesce(measured.slice_value, '')
            and expected.metric_name = measured.metric_name
    left join reference
        on
            expected.log_name = reference.log_name
            and expected.model_id = reference.model_id
            and expected.model_version = reference.model_version
            and coalesce(expected.slice_key, '') = coalesce(reference.slice_key, '')
            and coalesce(expected.slice_value, '') = coalesce(reference.slice_value, '')
            and expected.metric_name = reference.metric_name

),

tested as (

    select
        compared.*,
        case when compared.granularity != 'reference' then {{ ml_monitor.normal_two_sided_p('compared.z_score') }} end as p_value
    from compared

),

{{ ml_monitor.with_q_values('tested', [
    'model_id', 'model_version', 'granularity', 'window_start', 'slice_key',
], "is_judged and is_complete and not is_in_baseline and is_mature and sample_count >= min_sample_count") }}

judged as (

    select
        with_q_values.*,
        {{ ml_monitor.verdict_reason([
            ('not is_judged', 'no_threshold'),
            ('not is_complete', 'incomplete_window'),
            ('prediction_count = 0', 'no_rows'),
            ('labelled_count = 0', 'no_labels'),
            ("is_in_baseline or granularity in ('reference', 'lifetime')", 'in_baseline'),
            ("reference_value is null and comparison != 'value'", 'no_baseline'),
            ('not is_mature', 'immature_labels'),
            ('sample_count < min_sample_count', 'insufficient_data'),
        ]) }} as status_reason
    from with_q_values

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    'reference' as baseline_name,
    is_complete,
    is_mature,
    prediction_count,
    labelled_count,
    label_coverage,
    metric_name,
    metric_value,
    metric_error_bound,
    sample_count,
    coalesce(window_count, prediction_count) - sample_count as excluded_count,
    reference_count,
    reference_value,
    {{ ml_monitor.metric_limit('lower', 'effective_count') }} as ci_lower,
    {{ ml_monitor.metric_limit('upper', 'effective_count') }} as ci_upper,
    p_value,
    q_value,
    warn_threshold,
    fail_threshold,
    {{ ml_monitor.verdict_status() }} as status,
    status_reason
from judged
