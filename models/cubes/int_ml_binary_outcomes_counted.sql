{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice. Confusion counts and score sums of binary classifiers; every row adds up
    to any window. Log loss clips the probability to [2.220446049250313e-16, 1 - 2.220446049250313e-16] as
    scikit-learn does, and is in nats.
*/
with predictions as (

    select
        predictions.*,
        predictions.score - predictions.actual_value as score_error,
        {{ ml_monitor.log_loss_term('predictions.score', 'predictions.actual_value') }} as log_loss
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'binary_classification'

),

counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) as prediction_count,
        coalesce(sum(predictions.score), 0) as score_sum,
        count(*) filter (where predictions.predicted_label = '1') as predicted_positive_count,
        count(*) filter (where predictions.observed_at is not null) as labelled_count,
        count(*) filter (where predictions.actual_value = 1 and predictions.predicted_label = '1') as true_positive_count,
        count(*) filter (where predictions.actual_value = 0 and predictions.predicted_label = '1') as false_positive_count,
        count(*) filter (where predictions.actual_value = 1 and predictions.predicted_label = '0') as false_negative_count,
        count(*) filter (where predictions.actual_value = 0 and predictions.predicted_label = '0') as true_negative_count,
        coalesce(sum(predictions.score) filter (where predictions.observed_at is not null), 0) as labelled_score_sum,
        coalesce(sum(predictions.score * predictions.score) filter (where predictions.observed_at is not null), 0) as labelled_score_square_sum,
        coalesce(sum(predictions.score_error * predictions.score_error), 0) as squared_error_sum,
        coalesce(sum(power(predictions.score_error, 4)), 0) as fourth_power_error_sum,
        coalesce(sum(predictions.log_loss), 0) as log_loss_sum,
        coalesce(sum(predictions.log_loss * predictions.log_loss), 0) as log_loss_square_sum
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date']) }}

)

select
    counted.*,
    slots.slice_key
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where counted.slice_slot = 0 or slots.slice_key is not null
