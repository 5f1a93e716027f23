{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: one usable raw prediction row whose key (log, model, version, prediction_id) stands more than once.
    repeat_number 1 is the row that counts: the first loaded, then the earliest; the others are rejected. A repeat is
    identical when every canonical value but loaded_at is the same. Ordinary rows are not here: the table stays small.
*/
with predictions as (

    select * from {{ ref('stg_ml_predictions') }}
    where row_fault is null

),
{% if ml_monitor.is_partial_build() %}
dirty_ids as (

    select
        predictions.log_name,
        predictions.prediction_id
    from predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    group by
        predictions.log_name,
        predictions.prediction_id

),

candidates as (

    select predictions.*
    from predictions
    inner join dirty_ids
        on
            predictions.log_name = dirty_ids.log_name
            and predictions.prediction_id = dirty_ids.prediction_id

),
{% else %}
candidates as (

    select * from predictions

),
{% endif %}
repeated_keys as (

    select
        log_name,
        model_id,
        model_version,
        prediction_id
    from candidates
    group by
        log_name,
        model_id,
        model_version,
        prediction_id
    having count(*) > 1

),

numbered as (

    select
        candidates.*,
        row_number() over (
            partition by
                candidates.log_name, candidates.model_id, candidates.model_version, candidates.prediction_id
            order by
                candidates.loaded_at asc nulls last, candidates.predicted_at asc, candidates.raw_values asc
        ) as repeat_number,
        first_value(candidates.raw_values) over (
            partition by
                candidates.log_name, candidates.model_id, candidates.model_version, candidates.prediction_id
            order by
                candidates.loaded_at asc nulls last, candidates.predicted_at asc, candidates.raw_values asc
        ) as first_raw_values
    from candidates
    inner join repeated_keys
        on
            candidates.log_name = repeated_keys.log_name
            and candidates.model_id = repeated_keys.model_id
            and candidates.model_version = repeated_keys.model_version
            and candidates.prediction_id = repeated_keys.prediction_id

)

select
    numbered.*,
    numbered.raw_values = numbered.first_raw_values as is_identical
from numbered
{{ ml_monitor.in_dirty_days('numbered', 'predicted_date') }}
