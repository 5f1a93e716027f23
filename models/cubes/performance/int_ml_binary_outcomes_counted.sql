{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice. Confusion counts and score sums of binary classifiers; every row adds up
    to any window. Log loss clips the probability to [2.220446049250313e-16, 1 - 2.220446049250313e-16] as
    scikit-learn does, and is in nats. Variances are kept as sums of squared deviations from the day's mean, which merge
    without cancellation (Chan, Golub, LeVeque 1983).
*/
with predictions as (

    select
        predictions.*,
        {{ ml_monitor.binary_outcome_terms('predictions') }}
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
        {{ ml_monitor.binary_outcome_measures('predictions') }}
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
