{{ config(**ml_monitor.replaced_by_window()) }}
{%- set estimators = {'cbpe': 'calibrated_score', 'cbpe_uncalibrated': 'score'} %}
/*
    Grain: log, model, version, day, slice and estimator. What confidence-based estimation (CBPE) needs of binary
    predictions, labelled or not: with p the probability of the positive class, a row is a positive with p and a negative
    with 1 - p. p is the score calibrated on the reference (cbpe; null where the reference cannot be fitted), or the
    score as it is (cbpe_uncalibrated). Days add up to any window; a day is replaced when it or its reference changes.
*/
with days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    where window_days.granularity = 'day'

),

predictions as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        'day' as granularity,
        predictions.predicted_date as window_start,
        {%- for slot in ml_monitor.used_slice_slots() %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        predictions.score,
        case when predictions.predicted_label = '1' then 1 else 0 end as predicted_positive,
        {{ ml_monitor.calibrated_score('predictions.score') }} as calibrated_score
    from {{ ref('fct_ml_predictions') }} as predictions
    inner join days
        on
            predictions.log_name = days.log_name
            and predictions.model_id = days.model_id
            and predictions.model_version = days.model_version
            and predictions.predicted_date = days.predicted_date
    {{ ml_monitor.in_calibration_piece('predictions', "'1'", 'predictions.score') }}
    where predictions.task = 'binary_classification'

),

losses as (

    select
        predictions.*
        {%- for estimator, p in estimators.items() %},
        predictions.{{ p }} * predictions.predicted_positive as {{ estimator }}_true_positive,
        (1 - predictions.{{ p }}) * predictions.predicted_positive as {{ estimator }}_false_positive,
        predictions.{{ p }} * (1 - predictions.predicted_positive) as {{ estimator }}_false_negative,
        (1 - predictions.{{ p }}) * (1 - predictions.predicted_positive) as {{ estimator }}_true_negative,
        predictions.{{ p }} * (1 - predictions.{{ p }}) * predictions.predicted_positive as {{ estimator }}_predicted_positive_variance,
        predictions.{{ p }} * (1 - predictions.{{ p }}) * (1 - predictions.predicted_positive) as {{ estimator }}_predicted_negative_variance,
        predictions.{{ p }} * (1 - predictions.score) * (1 - predictions.score)
        + (1 - predictions.{{ p }}) * predictions.score * predictions.score as {{ estimator }}_squared_error,
        predictions.{{ p }} * {{ ml_monitor.log_loss_of('predictions.score') }}
        + (1 - predictions.{{ p }}) * {{ ml_monitor.log_loss_of('1 - predictions.score') }} as {{ estimator }}_log_loss
        {%- endfor %}
    from predictions

),

counted as (

    select
        losses.log_name,
        losses.model_id,
        losses.model_version,
        losses.granularity,
        losses.window_start,
        {{ ml_monitor.slice_slot('losses') }} as slice_slot,
        {{ ml_monitor.slice_value('losses') }} as slice_value,
        count(*) as prediction_count,
        sum(losses.predicted_positive) as predicted_positive_count
        {%- for estimator in estimators %}
        {%- for column in [
            'true_positive', 'false_positive', 'false_negative', 'true_negative', 'predicted_positive_variance',
            'predicted_negative_variance', 'squared_error', 'log_loss',
        ] %},
        sum(losses.{{ estimator }}_{{ column }}) as {{ estimator }}_{{ column }}_sum
        {%- endfor %}
        {%- endfor %}
    from losses
    group by
        {{ ml_monitor.grouping_sets_by_slice('losses', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start']) }}

)

{% for estimator in estimators %}
select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.granularity,
    counted.window_start,
    slots.slice_key,
    counted.slice_value,
    '{{ estimator }}' as estimator_name,
    cast(counted.prediction_count as {{ dbt.type_bigint() }}) as prediction_count,
    cast(counted.predicted_positive_count as {{ dbt.type_bigint() }}) as predicted_positive_count,
    counted.{{ estimator }}_true_positive_sum as true_positive_sum,
    counted.{{ estimator }}_false_positive_sum as false_positive_sum,
    counted.{{ estimator }}_false_negative_sum as false_negative_sum,
    counted.{{ estimator }}_true_negative_sum as true_negative_sum,
    counted.{{ estimator }}_predicted_positive_variance_sum as predicted_positive_variance_sum,
    counted.{{ estimator }}_predicted_negative_variance_sum as predicted_negative_variance_sum,
    counted.{{ estimator }}_squared_error_sum as squared_error_sum,
    counted.{{ estimator }}_log_loss_sum as log_loss_sum
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.{{ estimator }}_true_positive_sum is not null
    and (counted.slice_slot = 0 or slots.slice_key is not null)
{{ 'union all' if not loop.last }}
{%- endfor %}
