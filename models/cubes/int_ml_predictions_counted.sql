{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, task, model, version, day and slice (null slice = all rows of the day).
    How many predictions there are and how many have their outcome, for every task.
*/
with predictions as (

    select predictions.*
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}

),

counted as (

    select
        predictions.log_name,
        predictions.task,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) as prediction_count,
        count(*) filter (where predictions.observed_at is not null) as labelled_count
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'task', 'model_id', 'model_version', 'predicted_date']) }}

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
