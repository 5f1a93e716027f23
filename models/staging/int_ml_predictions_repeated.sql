{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: one usable raw prediction row whose key (log, model, version, prediction_id) stands more than once.
    repeat_number 1 is the row that counts: the first loaded, then the earliest; the others are rejected. A repeat is
    identical when every canonical value but loaded_at is the same. Ordinary rows are not here: the table stays small.
    The raw rows are read where they are needed: DuckDB would write a CTE that is read twice to memory, all of it.
*/
{%- set predictions = ref('stg_ml_predictions') %}
with

{% if ml_monitor.is_partial_build() -%}
dirty_ids as (

    select
        predictions.log_name,
        predictions.prediction_id
    from {{ predictions }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.row_fault is null
    group by
        predictions.log_name,
        predictions.prediction_id

),

{% endif -%}
repeated_keys as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id
    from {{ predictions }} as predictions
    {%- if ml_monitor.is_partial_build() %}
    inner join dirty_ids
        on
            predictions.log_name = dirty_ids.log_name
            and predictions.prediction_id = dirty_ids.prediction_id
    {%- endif %}
    where predictions.row_fault is null
    group by
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id
    having count(*) > 1

),

numbered as (

    select
        predictions.*,
        row_number() over (
            partition by
                predictions.log_name, predictions.model_id, predictions.model_version, predictions.prediction_id
            order by
                predictions.loaded_at asc nulls last, predictions.predicted_at asc, predictions.raw_values asc
        ) as repeat_number,
        first_value(predictions.raw_values) over (
            partition by
                predictions.log_name, predictions.model_id, predictions.model_version, predictions.prediction_id
            order by
                predictions.loaded_at asc nulls last, predictions.predicted_at asc, predictions.raw_values asc
        ) as first_raw_values
    from {{ predictions }} as predictions
    inner join repeated_keys
        on
            predictions.log_name = repeated_keys.log_name
            and predictions.model_id = repeated_keys.model_id
            and predictions.model_version = repeated_keys.model_version
            and predictions.prediction_id = repeated_keys.prediction_id
    where predictions.row_fault is null

)

select
    numbered.*,
    numbered.raw_values = numbered.first_raw_values as is_identical
from numbered
{{ ml_monitor.in_dirty_days('numbered', 'predicted_date') }}
