{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set cells = {
    'true_positive': "predictions.actual_value = 1 and predictions.predicted_label = '1'",
    'false_positive': "predictions.actual_value = 0 and predictions.predicted_label = '1'",
    'false_negative': "predictions.actual_value = 1 and predictions.predicted_label = '0'",
    'true_negative': "predictions.actual_value = 0 and predictions.predicted_label = '0'",
} %}
/*
    Grain: log, model, version, day and slice. Labelled binary predictions with a sample weight w above 0. Of each cell of
    the confusion matrix the rows, sum of w and sum of w^2; of score, squared error and log loss, each called x, the
    sums of w x, w^2 x (<x>_square_weighted_sum) and w^2 x^2 (<x>_square_sum). Every row adds up to any window.
*/
with predictions as (

    select
        outcomes.*,
        outcomes.weight * outcomes.weight as square_weight,
        (outcomes.score - outcomes.actual_value) * (outcomes.score - outcomes.actual_value) as squared_error,
        {{ ml_monitor.log_loss_term('outcomes.score', 'outcomes.actual_value') }} as log_loss
    from {{ ref('int_ml_weighted_outcomes') }} as outcomes
    {{ ml_monitor.in_dirty_days('outcomes', 'predicted_date') }}
    where outcomes.task = 'binary_classification'

),

summed as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        {%- for cell, condition in cells.items() %}
        count(*) filter (where {{ condition }}) as {{ cell }}_count,
        coalesce(sum(predictions.weight) filter (where {{ condition }}), 0) as {{ cell }}_weight,
        coalesce(sum(predictions.square_weight) filter (where {{ condition }}), 0) as {{ cell }}_square_weight,
        {%- endfor %}
        {%- for quantity in ['score', 'squared_error', 'log_loss'] %}
        sum(predictions.weight * predictions.{{ quantity }}) as {{ quantity }}_sum,
        sum(predictions.square_weight * predictions.{{ quantity }}) as {{ quantity }}_square_weighted_sum,
        sum(predictions.square_weight * predictions.{{ quantity }} * predictions.{{ quantity }}) as {{ quantity }}_square_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date']) }}

)

select
    summed.*,
    slots.slice_key
from summed
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        summed.log_name = slots.log_name
        and summed.slice_slot = slots.slice_slot
where summed.slice_slot = 0 or slots.slice_key is not null
