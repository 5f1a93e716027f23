{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, slice, class and score cell. Labelled multiclass predictions by whether the class is
    the actual one, in 1,000 equal cells of [0, 1], each (lower, upper]: what one-vs-rest AUC is made of in windows too
    large to be read row by row. Predictions that do not list the class are not counted here: they are the rest of
    int_ml_class_losses_summed.
*/
with class_scores as (

    select class_scores.*
    from {{ ref('int_ml_class_scores_celled') }} as class_scores
    {{ ml_monitor.in_dirty_days('class_scores', 'predicted_date') }}
    where class_scores.superseded_date is null

),

counted as (

    select
        class_scores.log_name,
        class_scores.model_id,
        class_scores.model_version,
        class_scores.predicted_date,
        class_scores.class_label,
        class_scores.score_cell,
        {{ ml_monitor.slice_slot('class_scores') }} as slice_slot,
        {{ ml_monitor.slice_value('class_scores') }} as slice_value,
        count(*) filter (where class_scores.is_actual) as positive_count,
        count(*) filter (where not class_scores.is_actual) as negative_count
    from class_scores
    group by
        {{ ml_monitor.grouping_sets_by_slice('class_scores', ['log_name', 'model_id', 'model_version', 'predicted_date', 'class_label', 'score_cell']) }}

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
