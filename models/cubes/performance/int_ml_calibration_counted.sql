{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, slice and calibration bin. Ten equal bins of [0, 1], bin k being
    ((k - 1) / 10, k / 10]; labelled predictions, positives and the sum of their scores.
*/
with scores as (

    select scores.*
    from {{ ref('int_ml_scores_counted') }} as scores
    {{ ml_monitor.in_dirty_days('scores', 'predicted_date') }}

)

select
    scores.log_name,
    scores.model_id,
    scores.model_version,
    scores.predicted_date,
    scores.slice_key,
    scores.slice_value,
    cast(ceil(scores.score_cell / {{ ml_monitor.double_literal('100') }}) as int) as calibration_bin,
    sum(scores.positive_count) as positive_count,
    sum(scores.positive_count + scores.negative_count) as labelled_count,
    sum(scores.score_sum) as score_sum
from scores
group by
    scores.log_name,
    scores.model_id,
    scores.model_version,
    scores.predicted_date,
    scores.slice_key,
    scores.slice_value,
    cast(ceil(scores.score_cell / {{ ml_monitor.double_literal('100') }}) as int)
