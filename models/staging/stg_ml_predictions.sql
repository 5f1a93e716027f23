{%- set largest = ml_monitor.double_literal('1e70') %}
/*
    Grain: one raw prediction row, as in input_ml_predictions, with what is wrong with it.
    row_fault is null where the row can be used, else the first fault found. Repeated ids are not judged here: that
    takes other rows than this one. Rows without a readable date stand under 1900-01-01. Nothing here may fail, as abs() may:
    DuckDB would type and write out every row before it filters them by row_fault.
*/
with predictions as (

    select * from {{ ref('input_ml_predictions') }}

),

labelled as (

    select
        predictions.*,
        case
            when predictions.task != 'binary_classification' then predictions.predicted_label
            when lower(predictions.predicted_label) in ('1', '1.0', 'true', 't') then '1'
            when lower(predictions.predicted_label) in ('0', '0.0', 'false', 'f') then '0'
            when predictions.predicted_label is not null then predictions.predicted_label
            when predictions.score >= predictions.label_threshold then '1'
            when predictions.score < predictions.label_threshold then '0'
        end as normalized_label
    from predictions

)

select
    log_name,
    task,
    model_id,
    model_version,
    prediction_id,
    predicted_at,
    cast(coalesce(predicted_at, cast('1900-01-01' as timestamp)) as date) as predicted_date,
    score,
    normalized_label as predicted_label,
    predicted_value,
    prediction_lower,
    prediction_upper,
    horizon,
    naive_value,
    request_id,
    item_id,
    item_rank,
    sample_weight,
    experiment_arm,
    pairing_id,
    loaded_at,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    slice_{{ slot }},
    {%- endfor %}
    raw_values,
    case
        when prediction_id is null then 'null_prediction_id'
        when model_id is null then 'null_model_id'
        when model_version is null then 'null_model_version'
        when task is null then 'unknown_task'
        when task not in ('{{ ml_monitor.known_tasks() | join("', '") }}') then 'unknown_task'
        when not has_predicted_at then 'null_timestamp'
        when predicted_at is null then 'unparsable_timestamp'
        when predicted_at > {{ ml_monitor.as_of() }} then 'timestamp_in_future'
        when loaded_at > {{ ml_monitor.as_of() }} then 'timestamp_in_future'
        when has_score and score is null then 'unparsable_score'
        when score is not null and not {{ ml_monitor.is_finite('score') }} then 'score_not_finite'
        when task = 'binary_classification' and not has_score then 'null_score'
        when task = 'binary_classification' and (score < 0 or score > 1) then 'score_out_of_range'
        when task = 'binary_classification' and normalized_label not in ('0', '1') then 'unknown_label'
        when task = 'multiclass_classification' and predicted_label is null then 'null_predicted_label'
        when task = 'regression' and not has_predicted_value then 'null_predicted_value'
        when task = 'regression' and predicted_value is null then 'unparsable_predicted_value'
        when task = 'regression' and not {{ ml_monitor.is_finite('predicted_value') }} then 'predicted_value_not_finite'
        when task = 'regression' and predicted_value > {{ largest }} then 'predicted_value_out_of_range'
        when task = 'regression' and predicted_value < -{{ largest }} then 'predicted_value_out_of_range'
        when is_weighted and not has_sample_weight then 'null_sample_weight'
        when is_weighted and sample_weight is null then 'unparsable_sample_weight'
        when is_weighted and not {{ ml_monitor.is_finite('sample_weight') }} then 'sample_weight_not_finite'
        when is_weighted and sample_weight < 0 then 'negative_sample_weight'
        when is_weighted and sample_weight > {{ ml_monitor.double_literal('1e12') }} then 'sample_weight_out_of_range'
        when is_weighted and sample_weight > 0 and sample_weight < {{ ml_monitor.double_literal('1e-30') }} then 'sample_weight_out_of_range'
        when task = 'ranking' and item_rank is null then 'null_rank'
        when task = 'ranking' and item_rank < 1 then 'rank_out_of_range'
    end as row_fault
from labelled
