/*
    Grain: model, version and window. How much of the truth is in: label coverage, the coverage expected at the window's
    age from the reference's delays, and whether the window is mature. Judged for labels that should have come and did
    not: expected coverage minus coverage, with a one-sample z test of the share.
*/
with maturity as (

    select
        maturity.*,
        delays.delay_p50,
        delays.delay_p90,
        delays.delay_mean,
        delays.delay_minimum,
        delays.delay_maximum
    from {{ ref('int_ml_window_maturity') }} as maturity
    inner join {{ ref('int_ml_logs') }} as logs
        on maturity.log_name = logs.log_name
    left join {{ ref('int_ml_window_delays') }} as delays
        on
            maturity.log_name = delays.log_name
            and maturity.model_id = delays.model_id
            and maturity.model_version = delays.model_version
            and maturity.granularity = delays.granularity
            and maturity.window_start = delays.window_start
    where logs.has_outcomes

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}

),

compared as (

    select
        maturity.*,
        thresholds.warn_threshold,
        thresholds.fail_threshold,
        thresholds.significance_level,
        thresholds.min_sample_count,
        thresholds.is_judged,
        maturity.expected_coverage - maturity.label_coverage as deviation,
        (maturity.label_coverage - maturity.expected_coverage)
        / nullif(sqrt(maturity.expected_coverage * (1 - maturity.expected_coverage) / nullif(maturity.prediction_count, 0)), 0) as z_score
    from maturity
    inner join thresholds
        on
            maturity.model_id = thresholds.model_id
            and thresholds.metric_name = 'label_coverage'

),

tested as (

    select
        compared.*,
        {{ ml_monitor.normal_two_sided_p('compared.z_score') }} as p_value,
        cast(null as {{ ml_monitor.type_double() }}) as q_value
    from compared

),

judged as (

    select
        tested.*,
        {{ ml_monitor.verdict_reason([
            ('not is_complete', 'incomplete_window'),
            ('prediction_count = 0', 'no_rows'),
            ('not has_baseline', 'no_baseline'),
            ("is_in_baseline or granularity in ('reference', 'lifetime')", 'in_baseline'),
            ('prediction_count < min_sample_count', 'insufficient_data'),
        ], significance='p_value') }} as status_reason
    from tested

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    'reference' as baseline_name,
    is_complete,
    is_mature,
    prediction_count,
    labelled_count,
    expected_coverage,
    final_coverage,
    delay_p50,
    delay_p90,
    delay_mean,
    delay_minimum,
    delay_maximum,
    'label_coverage' as metric_name,
    label_coverage as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    prediction_count as sample_count,
    cast(0 as {{ dbt.type_bigint() }}) as excluded_count,
    cast(null as {{ dbt.type_bigint() }}) as reference_count,
    expected_coverage as reference_value,
    {{ ml_monitor.wilson_lower('labelled_count', 'prediction_count') }} as ci_lower,
    {{ ml_monitor.wilson_upper('labelled_count', 'prediction_count') }} as ci_upper,
    p_value,
    q_value,
    warn_threshold,
    fail_threshold,
    {{ ml_monitor.verdict_status() }} as status,
    status_reason
from judged
