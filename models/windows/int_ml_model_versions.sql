/*
    Grain: log, model and version that has at least one accepted prediction, with the days that it spans.
*/
select
    log_name,
    task,
    model_id,
    model_version,
    min(predicted_date) as first_predicted_date,
    max(predicted_date) as last_predicted_date,
    sum(prediction_count) as prediction_count,
    sum(labelled_count) as labelled_count
from {{ ref('int_ml_predictions_counted') }}
where slice_key is null
group by
    log_name,
    task,
    model_id,
    model_version
