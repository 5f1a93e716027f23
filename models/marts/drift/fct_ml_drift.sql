/*
    Grain: model, version, window, slice, baseline, subject, feature and metric, for every declared feature, the score
    and the prediction, in every window, measured or not; by slice for the score and the prediction where the window has
    rows of the slice. A verdict needs the size (thresholds) and the significance (q-value of the window's family).
*/
with windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where granularity not in ('reference', 'lifetime')

),

subjects as (

    select * from {{ ref('int_ml_drift_subjects') }}

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}
    where area = 'drift'

),

measured as (

    select * from {{ ref('int_ml_drift_measured') }}

),

bin_edges as (

    select * from {{ ref('int_ml_bin_edges') }}

),

expected as (

    select
        windows.*,
        subjects.subject,
        subjects.feature_name,
        subjects.feature_kind,
        thresholds.metric_name,
        thresholds.warn_threshold,
        thresholds.fail_threshold,
        thresholds.significance_level,
        thresholds.min_sample_count,
        thresholds.is_judged
    from windows
    inner join subjects
        on
            windows.log_name = subjects.log_name
            and (windows.slice_key is null or subjects.subject != 'feature')
    inner join thresholds
        on
            windows.model_id = thresholds.model_id
            and subjects.subject = thresholds.subject
            and subjects.feature_name = thresholds.feature_name
            and coalesce(windows.slice_key, '') = coalesce(thresholds.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(thresholds.slice_value, '')

),

tested as (

    select
        expected.*,
        measured.bin_version,
        measured.bin_count,
        measured.value_bin_count,
        measured.metric_value,
        measured.metric_value as deviation,
        coalesce(measured.sample_count, 0) as sample_count,
        measured.reference_count,
        measured.p_value,
        expected.feature_kind = 'numeric' and coalesce(bin_edges.distinct_count, 20) < 20 as has_few_distinct_values
    from expected
    left join measured
        on
            expected.log_name = measured.log_name
            and expected.model_id = measured.model_id
            and expected.model_version = measured.model_version
            and expected.granularity = measured.granularity
            and expected.window_start = measured.window_start
            and coalesce(expected.slice_key, '') = coalesce(measured.slice_key, '')
            and coalesce(expected.slice_value, '') = coalesce(measured.slice_value, '')
            and expected.subject = measured.subject
            and expected.feature_name = measured.feature_name
            and expected.metric_name = measured.metric_name
    left join bin_edges
        on
            measured.log_name = bin_edges.log_name
            and measured.model_id = bin_edges.model_id
            and measured.model_version = bin_edges.model_version
            and measured.bin_version = bin_edges.bin_version
            and measured.subject = bin_edges.subject
            and measured.feature_name = bin_edges.feature_name

),

{{ ml_monitor.with_q_values('tested', [
    'model_id', 'model_version', 'granularity', 'window_start', 'slice_key',
], "is_judged and is_complete and not is_in_baseline and not has_few_distinct_values and sample_count >= min_sample_count") }}

judged as (

    select
        with_q_values.*,
        {{ ml_monitor.verdict_reason([
            ('not is_judged', 'no_threshold'),
            ('not is_complete', 'incomplete_window'),
            ('prediction_count = 0', 'no_rows'),
            ('not has_baseline', 'no_baseline'),
            ('is_in_baseline', 'in_baseline'),
            ('reference_count is null', 'no_reference_rows'),
            ('sample_count < min_sample_count', 'insufficient_data'),
            ('value_bin_count = 0', 'no_values'),
            ('bin_count = 1', 'zero_variance'),
            ('has_few_distinct_values', 'few_distinct_values'),
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
    bin_version,
    is_complete,
    subject,
    feature_name,
    feature_kind,
    metric_name,
    metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(prediction_count - sample_count as {{ dbt.type_bigint() }}) as excluded_count,
    cast(reference_count as {{ dbt.type_bigint() }}) as reference_count,
    {{ ml_monitor.double_literal('0') }} as reference_value,
    cast(null as {{ ml_monitor.type_double() }}) as ci_lower,
    cast(null as {{ ml_monitor.type_double() }}) as ci_upper,
    p_value,
    q_value,
    warn_threshold,
    fail_threshold,
    {{ ml_monitor.verdict_status() }} as status,
    status_reason
from judged
