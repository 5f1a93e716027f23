{{ config(**ml_monitor.replaced_by_window()) }}
{%- set estimators = {'cbpe': 'calibrated_score', 'cbpe_uncalibrated': 'class_score'} %}
/*
    Grain: log, model, version, day, slice, estimator, predicted class and actual class. How many multiclass predictions
    confidence-based estimation expects to be of each class, labelled or not: the sum of their probabilities. cbpe
    calibrates the score of each class on the reference and divides by the prediction's sum over the classes; a
    prediction counts where every class that it lists could be calibrated. variance_sum is that of the count in the
    diagonal, 0 elsewhere.
*/
with days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    where window_days.granularity = 'day'

),

class_scores as (

    select
        log_name,
        model_id,
        model_version,
        prediction_id,
        class_label,
        class_score
    from {{ ref('int_ml_class_scores_judged') }}
    where reject_reason is null

),

calibrated as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.prediction_id,
        predictions.predicted_label,
        {%- for slot in ml_monitor.used_slice_slots() %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        class_scores.class_label,
        class_scores.class_score,
        pieces.lower_calibrated_score + pieces.slope * (class_scores.class_score - pieces.lower_score) as class_calibrated_score
    from {{ ref('fct_ml_predictions') }} as predictions
    inner join days
        on
            predictions.log_name = days.log_name
            and predictions.model_id = days.model_id
            and predictions.model_version = days.model_version
            and predictions.predicted_date = days.predicted_date
    inner join class_scores
        on
            predictions.log_name = class_scores.log_name
            and predictions.prediction_id = class_scores.prediction_id
            and coalesce(class_scores.model_id, predictions.model_id) = predictions.model_id
            and coalesce(class_scores.model_version, predictions.model_version) = predictions.model_version
    left join {{ ref('int_ml_calibration_pieces') }} as pieces
        on
            predictions.log_name = pieces.log_name
            and predictions.model_id = pieces.model_id
            and predictions.model_version = pieces.model_version
            and class_scores.class_label = pieces.class_label
            and {{ ml_monitor.score_cell('class_scores.class_score') }} = pieces.score_cell
            and class_scores.class_score > pieces.lower_score
            and class_scores.class_score <= pieces.upper_score
    where predictions.task = 'multiclass_classification'

),

totals as (

    select
        log_name,
        model_id,
        model_version,
        prediction_id,
        case when count(*) = count(class_calibrated_score) then sum(class_calibrated_score) end as calibrated_total
    from calibrated
    group by
        log_name,
        model_id,
        model_version,
        prediction_id

),

probabilities as (

    select
        calibrated.log_name,
        calibrated.model_id,
        calibrated.model_version,
        'day' as granularity,
        calibrated.predicted_date as window_start,
        calibrated.predicted_label,
        calibrated.class_label as actual_label,
        {%- for slot in ml_monitor.used_slice_slots() %}
        calibrated.slice_{{ slot }},
        {%- endfor %}
        calibrated.class_score,
        {{ ml_monitor.safe_divide('calibrated.class_calibrated_score', 'totals.calibrated_total') }} as calibrated_score,
        case when calibrated.class_label = calibrated.predicted_label then 1 else 0 end as is_diagonal
    from calibrated
    inner join totals
        on
            calibrated.log_name = totals.log_name
            and calibrated.model_id = totals.model_id
            and calibrated.model_version = totals.model_version
            and calibrated.prediction_id = totals.prediction_id

),

counted as (

    select
        probabilities.log_name,
        probabilities.model_id,
        probabilities.model_version,
        probabilities.granularity,
        probabilities.window_start,
        probabilities.predicted_label,
        probabilities.actual_label,
        {{ ml_monitor.slice_slot('probabilities') }} as slice_slot,
        {{ ml_monitor.slice_value('probabilities') }} as slice_value
        {%- for estimator, p in estimators.items() %},
        sum(probabilities.{{ p }}) as {{ estimator }}_expected_count,
        sum(probabilities.{{ p }} * (1 - probabilities.{{ p }}) * probabilities.is_diagonal) as {{ estimator }}_variance_sum
        {%- endfor %}
    from probabilities
    group by
        {{ ml_monitor.grouping_sets_by_slice('probabilities', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'predicted_label', 'actual_label']) }}

)

{% for estimator in estimators %}
select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.granularity,
    counted.window_start,
    slots.slice_key,
    counted.slice_value,
    '{{ estimator }}' as estimator_name,
    counted.predicted_label,
    counted.actual_label,
    counted.{{ estimator }}_expected_count as expected_count,
    counted.{{ estimator }}_variance_sum as variance_sum
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.{{ estimator }}_expected_count is not null
    and (counted.slice_slot = 0 or slots.slice_key is not null)
{{ 'union all' if not loop.last }}
{%- endfor %}
