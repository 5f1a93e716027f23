{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: one raw row of class scores, as in input_ml_class_scores, with what is wrong with it. row_fault is null where
    the row can be used, else the first fault found. Whether a class stands twice, whether the classes add up to 1 and
    whether there is a prediction takes other rows and is judged in int_ml_class_scores_judged.
*/
with class_scores as (

    select * from {{ ref('input_ml_class_scores') }}

)

select
    log_name,
    model_id,
    model_version,
    prediction_id,
    class_label,
    class_score,
    loaded_at,
    raw_values,
    case
        when prediction_id is null then 'null_prediction_id'
        when class_label is null then 'null_class_label'
        when not has_class_score then 'null_class_score'
        when class_score is null then 'unparsable_class_score'
        when not {{ ml_monitor.is_finite('class_score') }} then 'class_score_not_finite'
        when class_score < 0 or class_score > 1 then 'class_score_out_of_range'
    end as row_fault
from class_scores
