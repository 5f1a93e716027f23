/*
    Grain: model, version, window, subject, feature and quality metric, for every check that dim_ml_thresholds lists.
    Volume and row checks for days, weeks (and months); value checks for every window; silence once a version
    (granularity lifetime), for the newest version of a model that is not retired.
*/
with windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where
        slice_key is null
        and granularity != 'reference'

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}
    where area = 'quality'

),

models as (

    select * from {{ ref('dim_ml_models') }}

),

measured as (

    select * from {{ ref('int_ml_quality_measured') }}

),

expected as (

    select
        windows.*,
        thresholds.subject,
        thresholds.feature_name,
        thresholds.metric_name,
        thresholds.warn_threshold,
        thresholds.fail_threshold,
        thresholds.significance_level,
        thresholds.min_sample_count,
        thresholds.is_judged
    from windows
    inner join thresholds
        on windows.model_id = thresholds.model_id
    inner join models
        on
            windows.model_id = models.model_id
            and windows.model_version = models.model_version
    where
        (thresholds.metric_name = 'row_count' and windows.granularity in ('day', 'week'))
        or (thresholds.metric_name in ('rejected_row_rate', 'duplicate_row_rate') and windows.granularity in ('day', 'week', 'month'))
        or (thresholds.metric_name = 'days_since_last_prediction' and windows.granularity = 'lifetime' and models.is_active)
        or (thresholds.subject is not null and windows.granularity != 'lifetime')

),

tested as (

    select
        expected.*,
        measured.metric_value,
        measured.success_count,
        coalesce(measured.sample_count, 0) as sample_count,
        measured.reference_count,
        measured.reference_value,
        measured.deviation,
        {{ ml_monitor.normal_two_sided_p('measured.z_score') }} as p_value
    from expected
    left join measured
        on
            expected.log_name = measured.log_name
            and expected.model_id = measured.model_id
            and expected.model_version = measured.model_version
            and expected.granularity = measured.granularity
            and expected.window_start = measured.window_start
            and coalesce(expected.subject, '') = coalesce(measured.subject, '')
            and coalesce(expected.feature_name, '') = coalesce(measured.feature_name, '')
            and expected.metric_name = measured.metric_name

),

judged as (

    select
        tested.*,
        {{ ml_monitor.verdict_reason([
            ('not is_judged', 'no_threshold'),
            ("not is_complete and metric_name != 'days_since_last_prediction'", 'incomplete_window'),
            ("prediction_count = 0 and metric_name not in ('row_count', 'rejected_row_rate', 'duplicate_row_rate')", 'no_rows'),
            ("metric_name in ('rejected_row_rate', 'duplicate_row_rate') and sample_count = 0", 'no_rows'),
            ('subject is not null and not has_baseline', 'no_baseline'),
            ('subject is not null and is_in_baseline', 'in_baseline'),
            ("metric_name = 'row_count' and reference_count is null", 'no_baseline'),
            ("metric_name != 'row_count' and sample_count < min_sample_count", 'insufficient_data'),
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
    case when metric_name = 'row_count' then 'trailing' when subject is not null then 'reference' end as baseline_name,
    is_complete,
    subject,
    feature_name,
    metric_name,
    metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(0 as {{ dbt.type_bigint() }}) as excluded_count,
    cast(reference_count as {{ dbt.type_bigint() }}) as reference_count,
    reference_value,
    {{ ml_monitor.wilson_lower('success_count', 'sample_count') }} as ci_lower,
    {{ ml_monitor.wilson_upper('success_count', 'sample_count') }} as ci_upper,
    p_value,
    cast(null as {{ ml_monitor.type_double() }}) as q_value,
    warn_threshold,
    fail_threshold,
    {{ ml_monitor.verdict_status() }} as status,
    status_reason
from judged
