{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, slice and score cell. Labelled binary predictions by outcome in 1,000 equal cells
    of [0, 1], each (lower, upper]: what ranking metrics are made of in windows too large to be read row by row. Cells
    nest in the ten calibration bins.
*/
with predictions as (

    select predictions.*
    from {{ ref('int_ml_scores_celled') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}

),

counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.score_cell,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) filter (where predictions.actual_value = 1) as positive_count,
        count(*) filter (where predictions.actual_value = 0) as negative_count,
        sum(predictions.score) as score_sum
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date', 'score_cell']) }}

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
