{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'predicted_date', 'prediction_id'] %}
/*
    Grain: log, model, version, day and slice. Labelled multiclass predictions with a sample weight w above 0: rows, sum of
    w and sum of w^2 of those predicted right and wrong, and of those that have class scores (scored); of the log loss
    and the squared error of those, each called x as in int_ml_class_losses_summed, the sums of w x, w^2 x
    (<x>_square_weighted_sum) and w^2 x^2 (<x>_square_sum). Every row adds up to any window.
*/
with outcomes as (

    select outcomes.*
    from {{ ref('int_ml_weighted_outcomes') }} as outcomes
    {{ ml_monitor.in_dirty_days('outcomes', 'predicted_date') }}
    where outcomes.task = 'multiclass_classification'

),

losses as (
    {% if ml_monitor.is_needed('int_ml_class_scores_celled') %}
    select
        outcomes.log_name,
        outcomes.model_id,
        outcomes.model_version,
        outcomes.predicted_date,
        outcomes.prediction_id,
        {{ ml_monitor.log_loss_of('max(case when class_scores.is_actual then class_scores.class_score end)') }} as log_loss,
        sum(power(class_scores.class_score - case when class_scores.is_actual then 1 else 0 end, 2)) as squared_error
    from {{ ref('int_ml_class_scores_celled') }} as class_scores
    inner join outcomes
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}class_scores.{{ key }} = outcomes.{{ key }}
            {%- endfor %}
    where class_scores.superseded_date is null
    group by
        outcomes.log_name,
        outcomes.model_id,
        outcomes.model_version,
        outcomes.predicted_date,
        outcomes.prediction_id
    {%- else %}
    select
        {{ keys | join(',\n        ') }},
        cast(null as {{ ml_monitor.type_double() }}) as log_loss,
        cast(null as {{ ml_monitor.type_double() }}) as squared_error
    from outcomes
    where 1 = 0
    {%- endif %}

),

predictions as (

    select
        outcomes.*,
        outcomes.weight * outcomes.weight as square_weight,
        outcomes.predicted_label = outcomes.actual_label as is_right,
        losses.prediction_id is not null as is_scored,
        losses.log_loss,
        losses.squared_error
    from outcomes
    left join losses
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}outcomes.{{ key }} = losses.{{ key }}
            {%- endfor %}

),

summed as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        {%- for part, condition in [
            ('right', 'predictions.is_right'), ('wrong', 'not predictions.is_right'), ('scored', 'predictions.is_scored'),
        ] %}
        count(*) filter (where {{ condition }}) as {{ part }}_count,
        coalesce(sum(predictions.weight) filter (where {{ condition }}), 0) as {{ part }}_weight,
        coalesce(sum(predictions.square_weight) filter (where {{ condition }}), 0) as {{ part }}_square_weight,
        {%- endfor %}
        {%- for quantity in ['log_loss', 'squared_error'] %}
        coalesce(sum(predictions.weight * predictions.{{ quantity }}), 0) as {{ quantity }}_sum,
        coalesce(sum(predictions.square_weight * predictions.{{ quantity }}), 0) as {{ quantity }}_square_weighted_sum,
        coalesce(
            sum(predictions.square_weight * predictions.{{ quantity }} * predictions.{{ quantity }}), 0
        ) as {{ quantity }}_square_sum{{ ',' if not loop.last }}
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
