{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set log_names = [] %}
{%- for log in ml_monitor.prediction_logs() if ml_monitor.has_sample_weights(log) %}
{%- do log_names.append(log.name) %}
{%- endfor %}
/*
    Grain: one labelled prediction of a log that declares sample weights, with a weight above 0: a row of weight 0 counts
    for nothing. What every metric with sample weights is made of; empty where no log declares some.
*/
select
    predictions.log_name,
    predictions.task,
    predictions.model_id,
    predictions.model_version,
    predictions.predicted_date,
    predictions.prediction_id,
    predictions.sample_weight as weight,
    predictions.score,
    predictions.predicted_label,
    predictions.predicted_value,
    predictions.actual_label,
    predictions.actual_value,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    predictions.slice_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('fct_ml_predictions') }} as predictions
{{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
where
    {{ "predictions.log_name in ('" ~ log_names | join("', '") ~ "')" if log_names else '1 = 0' }}
    and predictions.task in ('binary_classification', 'multiclass_classification', 'regression')
    and predictions.observed_at is not null
    and predictions.sample_weight > 0
