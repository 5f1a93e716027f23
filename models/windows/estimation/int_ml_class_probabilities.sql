{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
/*
    Grain: one class that a multiclass prediction lists, labelled or not, with usable class scores; window_start is the day.
    calibrated_score is the probability of the class: its score calibrated on the reference, divided by the prediction's sum
    over the classes; null where one of the classes could not be calibrated. class_count is how many classes are listed.
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
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        class_scores.class_label,
        class_scores.class_score,
        {{ ml_monitor.calibrated_score('class_scores.class_score') }} as class_calibrated_score
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
    {{ ml_monitor.in_calibration_piece('predictions', 'class_scores.class_label', 'class_scores.class_score') }}
    where predictions.task = 'multiclass_classification'

),

totals as (

    select
        log_name,
        model_id,
        model_version,
        prediction_id,
        count(*) as class_count,
        case when count(*) = count(class_calibrated_score) then sum(class_calibrated_score) end as calibrated_total
    from calibrated
    group by
        log_name,
        model_id,
        model_version,
        prediction_id

)

select
    calibrated.log_name,
    calibrated.model_id,
    calibrated.model_version,
    'day' as granularity,
    calibrated.predicted_date as window_start,
    calibrated.prediction_id,
    calibrated.predicted_label,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    calibrated.slice_{{ slot }},
    {%- endfor %}
    calibrated.class_label,
    calibrated.class_score,
    totals.class_count,
    {{ ml_monitor.safe_divide('calibrated.class_calibrated_score', 'totals.calibrated_total') }} as calibrated_score
from calibrated
inner join totals
    on
        calibrated.log_name = totals.log_name
        and calibrated.model_id = totals.model_id
        and calibrated.model_version = totals.model_version
        and calibrated.prediction_id = totals.prediction_id
