{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: one class of a labelled multiclass prediction with usable class scores; the actual class is always here, with
    score 0 where the model did not list it. score_cell is k for a score in ((k - 1) / 1000, k / 1000], and 1 for 0.
*/
with predictions as (

    select predictions.*
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where
        predictions.task = 'multiclass_classification'
        and predictions.observed_at is not null

),

class_scores as (

    select
        log_name,
        model_id,
        model_version,
        prediction_id,
        class_label,
        class_score
    from {{ ref('int_ml_class_scores_judged') }}
    where reject_reason is null

),

listed as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.prediction_id,
        predictions.actual_label,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        class_scores.class_label,
        class_scores.class_score
    from predictions
    inner join class_scores
        on
            predictions.log_name = class_scores.log_name
            and predictions.prediction_id = class_scores.prediction_id
            and coalesce(class_scores.model_id, predictions.model_id) = predictions.model_id
            and coalesce(class_scores.model_version, predictions.model_version) = predictions.model_version

),

with_actual as (

    select
        listed.*,
        true as is_listed
    from listed
    union all
    select
        listed.log_name,
        listed.model_id,
        listed.model_version,
        listed.predicted_date,
        listed.prediction_id,
        listed.actual_label,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        max(listed.slice_{{ slot }}) as slice_{{ slot }},
        {%- endfor %}
        listed.actual_label as class_label,
        {{ ml_monitor.double_literal('0') }} as class_score,
        false as is_listed
    from listed
    group by
        listed.log_name,
        listed.model_id,
        listed.model_version,
        listed.predicted_date,
        listed.prediction_id,
        listed.actual_label
    having count(*) filter (where listed.class_label = listed.actual_label) = 0

)

select
    with_actual.log_name,
    with_actual.model_id,
    with_actual.model_version,
    with_actual.predicted_date,
    with_actual.prediction_id,
    with_actual.actual_label,
    with_actual.class_label,
    with_actual.class_score,
    with_actual.is_listed,
    with_actual.class_label = with_actual.actual_label as is_actual,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    with_actual.slice_{{ slot }},
    {%- endfor %}
    cast(greatest(ceil(with_actual.class_score * 1000), 1) as int) as score_cell
from with_actual
