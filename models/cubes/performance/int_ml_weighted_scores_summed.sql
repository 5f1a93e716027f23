{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, slice and score cell, as int_ml_scores_counted. Sums of the sample weights of labelled
    binary predictions by outcome, and of their squares, in 1,000 equal cells of [0, 1], each (lower, upper].
*/
with predictions as (

    select
        outcomes.*,
        {{ ml_monitor.score_cell('outcomes.score') }} as score_cell
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
        predictions.score_cell,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        {%- for class, actual in [('positive', 1), ('negative', 0)] %}
        coalesce(sum(predictions.weight) filter (where predictions.actual_value = {{ actual }}), 0) as {{ class }}_weight,
        coalesce(
            sum(predictions.weight * predictions.weight) filter (where predictions.actual_value = {{ actual }}), 0
        ) as {{ class }}_square_weight{{ ',' if not loop.last }}
        {%- endfor %}
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date', 'score_cell']) }}

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
