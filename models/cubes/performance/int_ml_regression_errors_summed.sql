{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice; rows with an outcome only. Error sums of regression models; every row
    adds up to any window. The variance of the actuals is kept as mean and sum of squared deviations from it, which
    merge without cancellation (Chan, Golub, LeVeque 1983).
*/
with predictions as (

    select
        predictions.*,
        predictions.predicted_value - predictions.actual_value as error,
        case
            when predictions.predicted_value > -1 and predictions.actual_value > -1
                then
                    {{ ml_monitor.log_one_plus('predictions.predicted_value') }}
                    - {{ ml_monitor.log_one_plus('predictions.actual_value') }}
        end as log_error,
        case
            when
                {{ ml_monitor.is_finite('predictions.prediction_lower') }}
                and {{ ml_monitor.is_finite('predictions.prediction_upper') }}
                then predictions.prediction_upper - predictions.prediction_lower
        end as interval_width,
        case
            when abs(predictions.naive_value) <= {{ ml_monitor.double_literal('1e70') }}
                then predictions.naive_value - predictions.actual_value
        end as naive_error
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
        count(*) as labelled_count,
        sum(predictions.predicted_value) as prediction_sum,
        sum(predictions.actual_value) as actual_sum,
        var_pop(predictions.actual_value) * count(*) as actual_deviation_square_sum,
        min(predictions.actual_value) as actual_minimum,
        max(predictions.actual_value) as actual_maximum,
        sum(abs(predictions.actual_value)) as absolute_actual_sum,
        sum(predictions.error) as error_sum,
        sum(abs(predictions.error)) as absolute_error_sum,
        max(abs(predictions.error)) as absolute_error_maximum,
        sum(predictions.error * predictions.error) as squared_error_sum,
        var_pop(predictions.error) * count(*) as error_deviation_square_sum,
        var_pop(abs(predictions.error)) * count(*) as absolute_error_deviation_square_sum,
        var_pop(predictions.error * predictions.error) * count(*) as squared_error_deviation_square_sum,
        count(*) filter (where predictions.actual_value != 0) as nonzero_actual_count,
        coalesce(sum(abs(predictions.error) / nullif(abs(predictions.actual_value), 0)), 0) as absolute_percentage_error_sum,
        count(predictions.log_error) as loggable_count,
        coalesce(sum(predictions.log_error * predictions.log_error), 0) as squared_log_error_sum,
        coalesce(sum(predictions.error) filter (where predictions.error > 0), 0) as over_error_sum,
        count(*) filter (
            where predictions.prediction_lower is not null and predictions.prediction_upper is not null
        ) as interval_count,
        count(*) filter (
            where predictions.actual_value between predictions.prediction_lower and predictions.prediction_upper
        ) as covered_count,
        count(predictions.interval_width) as interval_width_count,
        coalesce(sum(predictions.interval_width), 0) as interval_width_sum,
        count(predictions.naive_error) as naive_count,
        coalesce(sum(predictions.naive_error), 0) as naive_error_sum,
        coalesce(sum(abs(predictions.naive_error)), 0) as naive_absolute_error_sum,
        coalesce(sum(predictions.naive_error) filter (where predictions.naive_error > 0), 0) as naive_over_error_sum,
        coalesce(sum(abs(predictions.error)) filter (where predictions.naive_error is not null), 0) as paired_absolute_error_sum
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
