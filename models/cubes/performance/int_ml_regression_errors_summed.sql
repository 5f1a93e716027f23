{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice; rows with an outcome only. Error sums of regression models; every row
    adds up to any window. The variance of the actuals is kept as mean and sum of squared deviations from it, which
    merge without cancellation (Chan, Golub, LeVeque 1983).
*/
with predictions as (

    select
        predictions.*,
        {{ ml_monitor.regression_error_terms('predictions') }}
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where
        predictions.task = 'regression'
        and predictions.observed_at is not null

),

counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        {{ ml_monitor.regression_error_measures('predictions') }}
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
