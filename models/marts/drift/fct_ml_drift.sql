{{ config(**ml_monitor.replaced_by_drift_due()) }}
/*
    Grain: model, version, window, slice, baseline, subject, feature and metric. PSI for every declared feature, the
    score, the prediction and the label, in every window and for every baseline, measured or not; every other measure
    where there is one. Slices for score, prediction and label, and for features where the log asks for it, compared with
    the reference, where the window has rows of the slice.
    A verdict needs the size (thresholds) and the significance (q-value of the window's family); comparisons with other
    baselines than the reference are shown, not judged.
*/
with windows as (

    select windows.*
    from {{ ref('int_ml_window_counts') }} as windows
    {{ ml_monitor.in_drift_due('windows') }}
    where windows.granularity not in ('reference', 'lifetime')

),

comparisons as (

    select * from {{ ref('int_ml_comparisons') }}

),

subjects as (

    select * from {{ ref('int_ml_drift_subjects') }}

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}
    where area = 'drift'

),

measured as (

    select measured.*
    from {{ ref('int_ml_drift_measured') }} as measured
    {{ ml_monitor.in_drift_due('measured') }}

),

bin_edges as (

    select * from {{ ref('int_ml_bin_edges') }}

),

compared_windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        windows.is_complete,
        windows.slice_key,
        windows.slice_value,
        windows.prediction_count,
        comparisons.baseline_name,
        comparisons.baseline_id is not null as has_baseline,
        windows.is_in_baseline and comparisons.baseline_name = 'reference' as is_in_baseline,
        coalesce(maturity.is_mature, false) as is_mature,
        windows.slice_key is null or coalesce(slots.has_features, false) as has_features
    from windows
    left join {{ ref('int_ml_slice_slots') }} as slots
        on
            windows.log_name = slots.log_name
            and windows.slice_key = slots.slice_key
    left join {{ ref('int_ml_window_maturity') }} as maturity
        on
            windows.log_name = maturity.log_name
            and windows.model_id = maturity.model_id
            and windows.model_version = maturity.model_version
            and windows.granularity = maturity.granularity
            and windows.window_start = maturity.window_start
    inner join comparisons
        on
            windows.log_name = comparisons.log_name
            and windows.model_id = comparisons.model_id
            and windows.model_version = comparisons.model_version
            and windows.granularity = comparisons.granularity
            and windows.window_start = comparisons.window_start
    where windows.slice_key is null or comparisons.baseline_name = 'reference'

),

/* what must have a row whether it could be measured or not */
expected as (

    select
        compared_windows.*,
        subjects.subject,
        subjects.feature_name,
        thresholds.metric_name
    from compared_windows
    inner join subjects
        on
            compared_windows.log_name = subjects.log_name
            and (compared_windows.has_features or subjects.subject != 'feature')
    inner join thresholds
        on
            compared_windows.model_id = thresholds.model_id
            and subjects.subject = thresholds.subject
            and subjects.feature_name = thresholds.feature_name
            and coalesce(compared_windows.slice_key, '') = coalesce(thresholds.slice_key, '')
            and coalesce(compared_windows.slice_value, '') = coalesce(thresholds.slice_value, '')
    where
        thresholds.metric_name = 'psi'
        or (thresholds.is_judged and compared_windows.baseline_name = 'reference')

),

missing as (

    select expected.*
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
            and expected.baseline_name = measured.baseline_name
            and expected.subject = measured.subject
            and expected.feature_name = measured.feature_name
            and expected.metric_name = measured.metric_name
    where measured.metric_name is null

),

results as (

    select
        compared_windows.*,
        measured.subject,
        measured.feature_name,
        measured.metric_name,
        measured.bin_version,
        measured.bin_count,
        measured.value_bin_count,
        measured.metric_value,
        measured.metric_error_bound,
        measured.sample_count,
        measured.reference_count,
        measured.reference_value,
        measured.ci_lower,
        measured.ci_upper,
        measured.p_value
    from measured
    inner join compared_windows
        on
            measured.log_name = compared_windows.log_name
            and measured.model_id = compared_windows.model_id
            and measured.model_version = compared_windows.model_version
            and measured.granularity = compared_windows.granularity
            and measured.window_start = compared_windows.window_start
            and coalesce(measured.slice_key, '') = coalesce(compared_windows.slice_key, '')
            and coalesce(measured.slice_value, '') = coalesce(compared_windows.slice_value, '')
            and measured.baseline_name = compared_windows.baseline_name
    where
        measured.metric_value is not null
        or measured.metric_name = 'psi'
    union all
    select
        missing.*,
        cast(null as {{ dbt.type_string() }}) as bin_version,
        cast(null as {{ dbt.type_bigint() }}) as bin_count,
        cast(null as {{ dbt.type_bigint() }}) as value_bin_count,
        cast(null as {{ ml_monitor.type_double() }}) as metric_value,
        cast(null as {{ ml_monitor.type_double() }}) as metric_error_bound,
        cast(0 as {{ dbt.type_bigint() }}) as sample_count,
        cast(null as {{ dbt.type_bigint() }}) as reference_count,
        cast(null as {{ ml_monitor.type_double() }}) as reference_value,
        cast(null as {{ ml_monitor.type_double() }}) as ci_lower,
        cast(null as {{ ml_monitor.type_double() }}) as ci_upper,
        cast(null as {{ ml_monitor.type_double() }}) as p_value
    from missing

),

tested as (

    select
        results.*,
        subjects.feature_kind,
        subjects.importance,
        thresholds.warn_threshold,
        thresholds.fail_threshold,
        thresholds.significance_level,
        coalesce(thresholds.min_sample_count, 0) as min_sample_count,
        coalesce(thresholds.is_judged, false) as is_judged,
        case
            when thresholds.comparison = 'absolute_value' then abs(results.metric_value) else results.metric_value
        end as deviation,
        subjects.feature_kind = 'numeric' and coalesce(bin_edges.distinct_count, 20) < 20 as has_few_distinct_values
    from results
    inner join subjects
        on
            results.log_name = subjects.log_name
            and results.subject = subjects.subject
            and results.feature_name = subjects.feature_name
    left join thresholds
        on
            results.model_id = thresholds.model_id
            and results.baseline_name = 'reference'
            and results.subject = thresholds.subject
            and results.feature_name = thresholds.feature_name
            and results.metric_name = thresholds.metric_name
            and coalesce(results.slice_key, '') = coalesce(thresholds.slice_key, '')
            and coalesce(results.slice_value, '') = coalesce(thresholds.slice_value, '')
    left join bin_edges
        on
            results.log_name = bin_edges.log_name
            and results.model_id = bin_edges.model_id
            and results.model_version = bin_edges.model_version
            and results.bin_version = bin_edges.bin_version
            and results.subject = bin_edges.subject
            and results.feature_name = bin_edges.feature_name

),

{{ ml_monitor.with_q_values('tested', [
    'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'metric_name',
], "is_judged and is_complete and not is_in_baseline and not has_few_distinct_values "
    ~ "and (subject != 'label' or is_mature) and sample_count >= min_sample_count") }}

judged as (

    select
        with_q_values.*,
        {{ ml_monitor.verdict_reason([
            ("not is_judged and (has_baseline or baseline_name = 'reference')", 'no_threshold'),
            ('not is_complete', 'incomplete_window'),
            ('prediction_count = 0', 'no_rows'),
            ('not has_baseline', 'no_baseline'),
            ('is_in_baseline', 'in_baseline'),
            ("subject = 'label' and not is_mature", 'immature_labels'),
            ('reference_count is null', 'no_reference_rows'),
            ('sample_count < min_sample_count', 'insufficient_data'),
            ('value_bin_count = 0', 'no_values'),
            ('bin_count = 1', 'zero_variance'),
            ('has_few_distinct_values', 'few_distinct_values'),
        ]) }} as status_reason
    from with_q_values

),

verdicts as (

    select
        judged.*,
        {{ ml_monitor.verdict_status() }} as status
    from judged

),

/* a model's features together */
models as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        is_complete,
        count(*) filter (where status in ('pass', 'warn', 'fail')) as judged_count,
        count(*) filter (where status in ('warn', 'fail')) as drifted_count,
        count(*) filter (where status not in ('pass', 'warn', 'fail')) as unjudged_count
    from verdicts
    where
        baseline_name = 'reference'
        and subject = 'feature'
        and metric_name = 'psi'
        and slice_key is null
    group by
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        is_complete

),

weighted as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        is_complete,
        {{ ml_monitor.safe_divide('sum(importance * metric_value)', 'sum(importance)') }} as weighted_drift,
        count(*) as feature_count
    from verdicts
    where
        baseline_name = 'reference'
        and subject = 'feature'
        and metric_name = 'psi'
        and slice_key is null
        and metric_value is not null
        and importance is not null
    group by
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        is_complete

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    is_complete,
    subject,
    feature_name,
    feature_kind,
    metric_name,
    metric_value,
    metric_error_bound,
    cast(sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(prediction_count - sample_count as {{ dbt.type_bigint() }}) as excluded_count,
    cast(reference_count as {{ dbt.type_bigint() }}) as reference_count,
    reference_value,
    ci_lower,
    ci_upper,
    p_value,
    q_value,
    warn_threshold,
    fail_threshold,
    status,
    status_reason
from verdicts
{%- for metric, cte, value, sample_count, excluded_count in [
    ('drifted_feature_share', 'models', ml_monitor.safe_divide('drifted_count', 'judged_count'), 'judged_count', 'unjudged_count'),
    ('weighted_drift', 'weighted', 'weighted_drift', 'feature_count', '0'),
] %}
union all
select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    'reference' as baseline_name,
    cast(null as {{ dbt.type_string() }}) as bin_version,
    is_complete,
    'model' as subject,
    '(all features)' as feature_name,
    cast(null as {{ dbt.type_string() }}) as feature_kind,
    '{{ metric }}' as metric_name,
    {{ value }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast({{ sample_count }} as {{ dbt.type_bigint() }}) as sample_count,
    cast({{ excluded_count }} as {{ dbt.type_bigint() }}) as excluded_count,
    cast(null as {{ dbt.type_bigint() }}) as reference_count,
    {{ ml_monitor.double_literal('0') }} as reference_value,
    cast(null as {{ ml_monitor.type_double() }}) as ci_lower,
    cast(null as {{ ml_monitor.type_double() }}) as ci_upper,
    cast(null as {{ ml_monitor.type_double() }}) as p_value,
    cast(null as {{ ml_monitor.type_double() }}) as q_value,
    cast(null as {{ ml_monitor.type_double() }}) as warn_threshold,
    cast(null as {{ ml_monitor.type_double() }}) as fail_threshold,
    'not_evaluated' as status,
    'no_threshold' as status_reason
from {{ cte }}
{%- endfor %}
