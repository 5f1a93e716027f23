{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and delay. How many predictions of the day had their outcome observed after that
    many whole days.
*/
select
    predictions.log_name,
    predictions.model_id,
    predictions.model_version,
    predictions.predicted_date,
    {{ ml_monitor.days_between('predictions.predicted_date', 'cast(predictions.observed_at as date)') }} as delay_days,
    count(*) as labelled_count
from {{ ref('fct_ml_predictions') }} as predictions
{{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
where predictions.observed_at is not null
group by
    predictions.log_name,
    predictions.model_id,
    predictions.model_version,
    predictions.predicted_date,
    {{ ml_monitor.days_between('predictions.predicted_date', 'cast(predictions.observed_at as date)') }}
