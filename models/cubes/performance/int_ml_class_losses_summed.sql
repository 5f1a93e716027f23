{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice; all rows also by known_date and superseded_date (null = counts now), as in
    int_ml_confusion_counted. What the class scores of labelled multiclass predictions say of them:
      log_loss       -ln of the score of the actual class, clipped to [2.220446049250313e-16, 1 - 2.220446049250313e-16]
      squared_error  sum over the classes of (score - 1 if actual else 0)^2
      top_k_count    predictions whose actual class is among the k best; of equal scores the later label is the better, as
                     in scikit-learn's top_k_accuracy_score; a class that is not listed is never among them
    Sums and sums of squared deviations from the day's mean, which merge without cancellation (Chan, Golub, LeVeque 1983).
*/
{%- set epsilon = ml_monitor.double_literal('2.220446049250313e-16') %}
{%- set keys = ['log_name', 'model_id', 'model_version', 'predicted_date', 'prediction_id', 'known_date'] %}
with class_scores as (

    select class_scores.*
    from {{ ref('int_ml_class_scores_celled') }} as class_scores
    {{ ml_monitor.in_dirty_days('class_scores', 'predicted_date') }}

),

actual_scores as (

    select
        {{ keys | join(',\n        ') }},
        class_label,
        class_score,
        is_listed
    from class_scores
    where is_actual

),

predictions as (

    select
        class_scores.log_name,
        class_scores.model_id,
        class_scores.model_version,
        class_scores.predicted_date,
        class_scores.prediction_id,
        class_scores.known_date,
        max(class_scores.superseded_date) as superseded_date,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        max(class_scores.slice_{{ slot }}) as slice_{{ slot }},
        {%- endfor %}
        -ln(max(least(greatest(actual_scores.class_score, {{ epsilon }}), 1 - {{ epsilon }}))) as log_loss,
        sum(
            (class_scores.class_score - case when class_scores.is_actual then 1 else 0 end)
            * (class_scores.class_score - case when class_scores.is_actual then 1 else 0 end)
        ) as squared_error,
        min(case when actual_scores.is_listed then 0 end) + count(*) filter (
            where
            class_scores.class_score > actual_scores.class_score
            or (
                class_scores.class_score = actual_scores.class_score
                and {{ ml_monitor.text_order('class_scores.class_label') }} > {{ ml_monitor.text_order('actual_scores.class_label') }}
            )
        ) as better_class_count
    from class_scores
    inner join actual_scores
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}class_scores.{{ key }} = actual_scores.{{ key }}
            {%- endfor %}
    group by
        class_scores.log_name,
        class_scores.model_id,
        class_scores.model_version,
        class_scores.predicted_date,
        class_scores.prediction_id,
        class_scores.known_date

),

counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.known_date,
        predictions.superseded_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) as labelled_count,
        {%- for quantity in ['log_loss', 'squared_error'] %}
        sum(predictions.{{ quantity }}) as {{ quantity }}_sum,
        var_pop(predictions.{{ quantity }}) * count(*) as {{ quantity }}_deviation_square_sum,
        {%- endfor %}
        count(*) filter (where predictions.better_class_count < 2) as top_2_count,
        count(*) filter (where predictions.better_class_count < 3) as top_3_count
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice(
            'predictions', ['log_name', 'model_id', 'model_version', 'predicted_date', 'superseded_date'], all_rows_keys=['known_date']
        ) }}

)

select
    counted.*,
    slots.slice_key
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.slice_slot = 0
    or (slots.slice_key is not null and counted.superseded_date is null)
