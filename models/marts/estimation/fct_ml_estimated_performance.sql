{%- set assumptions = {
    'cbpe': 'given the score, outcomes are as frequent as in the reference (isotonic calibration); a change of that relation, '
        ~ 'concept drift, is invisible here',
    'cbpe_uncalibrated': 'the score is the probability of the outcome; where the model is badly calibrated, or concept drifts, '
        ~ 'the estimate is wrong and does not show it',
    'loss_by_band': 'given the band of the predicted value, errors are as large as in the reference; a change of that relation, '
        ~ 'concept drift, is invisible here',
} %}
/*
    Grain: model, version, window, slice, estimator and metric. What performance should be before the outcomes are known,
    under the assumption that stands on the row; graded afterwards: realized_value and estimate_error are filled once the
    window's labels are mature. An estimate is shown, never judged.
*/
with estimates as (

    {%- for model in ml_monitor.needed(['int_ml_estimated_metrics', 'int_ml_estimated_classes', 'int_ml_estimated_losses']) %}
    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        estimator_name,
        metric_name,
        metric_value,
        metric_error_bound,
        sample_count,
        standard_error
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

windows as (

    select * from {{ ref('int_ml_window_counts') }}

),

maturity as (

    select * from {{ ref('int_ml_window_maturity') }}

),

measured as (

    select * from {{ ref('int_ml_performance_measured') }}

),

realized as (

    select
        estimates.*,
        windows.window_end,
        windows.is_complete,
        windows.prediction_count,
        windows.labelled_count,
        coalesce(maturity.is_mature, false) as is_mature,
        measured.metric_value as known_value,
        reference.metric_value as reference_value
    from estimates
    inner join windows
        on
            estimates.log_name = windows.log_name
            and estimates.model_id = windows.model_id
            and estimates.model_version = windows.model_version
            and estimates.granularity = windows.granularity
            and estimates.window_start = windows.window_start
            and coalesce(estimates.slice_key, '') = coalesce(windows.slice_key, '')
            and coalesce(estimates.slice_value, '') = coalesce(windows.slice_value, '')
    left join maturity
        on
            estimates.log_name = maturity.log_name
            and estimates.model_id = maturity.model_id
            and estimates.model_version = maturity.model_version
            and estimates.granularity = maturity.granularity
            and estimates.window_start = maturity.window_start
    left join measured
        on
            estimates.log_name = measured.log_name
            and estimates.model_id = measured.model_id
            and estimates.model_version = measured.model_version
            and estimates.granularity = measured.granularity
            and estimates.window_start = measured.window_start
            and coalesce(estimates.slice_key, '') = coalesce(measured.slice_key, '')
            and coalesce(estimates.slice_value, '') = coalesce(measured.slice_value, '')
            and estimates.metric_name = measured.metric_name
    left join measured as reference
        on
            estimates.log_name = reference.log_name
            and estimates.model_id = reference.model_id
            and estimates.model_version = reference.model_version
            and reference.granularity = 'reference'
            and coalesce(estimates.slice_key, '') = coalesce(reference.slice_key, '')
            and coalesce(estimates.slice_value, '') = coalesce(reference.slice_value, '')
            and estimates.metric_name = reference.metric_name

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    estimator_name,
    is_complete,
    is_mature,
    prediction_count,
    labelled_count,
    {{ ml_monitor.safe_divide('labelled_count', 'prediction_count') }} as label_coverage,
    metric_name,
    metric_value,
    metric_error_bound,
    sample_count,
    prediction_count - sample_count as excluded_count,
    metric_value - {{ ml_monitor.z_95() }} * standard_error as ci_lower,
    metric_value + {{ ml_monitor.z_95() }} * standard_error as ci_upper,
    reference_value,
    case when is_mature then known_value end as realized_value,
    case when is_mature then metric_value - known_value end as estimate_error,
    case estimator_name
        {%- for estimator, assumption in assumptions.items() %}
        when '{{ estimator }}' then '{{ assumption }}'
        {%- endfor %}
    end as assumption
from realized
where metric_value is not null
