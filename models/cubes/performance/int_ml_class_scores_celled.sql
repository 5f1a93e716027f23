{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set slices = [] %}
{%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
{%- do slices.append('slice_' ~ slot) %}
{%- endfor %}
/*
    Grain: one class of a multiclass prediction with usable class scores and an outcome: the one that counts, or one that
    counted until superseded_date (null = counts now) and is used only to look back. known_date is the first date on which
    the outcome is seen by who looks back. The actual class is always here, with score 0 where the model did not list it.
    score_cell is k for a score in ((k - 1) / 1000, k / 1000], and 1 for 0.
*/
with labels as (

    {{- ml_monitor.known_labels('multiclass_classification', ['prediction_id', 'actual_label'] + slices) }}
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
        labels.*,
        class_scores.class_label,
        class_scores.class_score
    from labels
    inner join class_scores
        on
            labels.log_name = class_scores.log_name
            and labels.prediction_id = class_scores.prediction_id
            and coalesce(class_scores.model_id, labels.model_id) = labels.model_id
            and coalesce(class_scores.model_version, labels.model_version) = labels.model_version

),

with_actual as (

    select
        listed.log_name,
        listed.model_id,
        listed.model_version,
        listed.predicted_date,
        listed.prediction_id,
        listed.actual_label,
        {%- for slice in slices %}
        listed.{{ slice }},
        {%- endfor %}
        listed.known_date,
        listed.superseded_date,
        listed.class_label,
        listed.class_score,
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
        {%- for slice in slices %}
        max(listed.{{ slice }}) as {{ slice }},
        {%- endfor %}
        listed.known_date,
        max(listed.superseded_date) as superseded_date,
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
        listed.actual_label,
        listed.known_date
    having count(*) filter (where listed.class_label = listed.actual_label) = 0

)

select
    with_actual.log_name,
    with_actual.model_id,
    with_actual.model_version,
    with_actual.predicted_date,
    with_actual.prediction_id,
    with_actual.known_date,
    with_actual.superseded_date,
    with_actual.actual_label,
    with_actual.class_label,
    with_actual.class_score,
    with_actual.is_listed,
    with_actual.class_label = with_actual.actual_label as is_actual,
    {%- for slice in slices %}
    with_actual.{{ slice }},
    {%- endfor %}
    cast(greatest(ceil(with_actual.class_score * 1000), 1) as int) as score_cell
from with_actual
