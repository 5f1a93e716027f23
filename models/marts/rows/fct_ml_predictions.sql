{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set columns = [
    'log_name', 'task', 'model_id', 'model_version', 'prediction_id', 'predicted_at', 'predicted_date', 'score',
    'predicted_label', 'predicted_value', 'prediction_lower', 'prediction_upper', 'horizon', 'request_id', 'item_id',
    'item_rank', 'sample_weight', 'experiment_arm', 'loaded_at',
] %}
{%- set accepted_columns = columns + ['naive_value'] %}
/*
    Grain: one accepted prediction (log, model, version, prediction_id) with the outcome that counts, if there is one.
    An outcome observed before the prediction is no outcome of it. Where a log's outcomes are repeated, the newest
    loaded counts; the others are in fct_ml_rejected_rows.
*/
with predictions as (

    select predictions.*
    from {{ ref('stg_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date', of_raw_rows=true) }}
    where predictions.row_fault is null

),

repeated_predictions as (

    select repeated_predictions.*
    from {{ ref('int_ml_predictions_repeated') }} as repeated_predictions
    {{ ml_monitor.in_dirty_days('repeated_predictions', 'predicted_date') }}

),

all_repeated_predictions as (

    select * from {{ ref('int_ml_predictions_repeated') }}

),

outcomes as (

    select * from {{ ref('stg_ml_outcomes') }}
    where row_fault is null

),

repeated_outcomes as (

    select * from {{ ref('int_ml_outcomes_repeated') }}

),

features_slices as (

    select * from {{ ref('input_ml_slices') }}

),

accepted_predictions as (

    select
        {%- for column in accepted_columns %}
        predictions.{{ column }},
        {%- endfor %}
        predictions.pairing_id,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        predictions.slice_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from predictions
    left join all_repeated_predictions
        on
            predictions.log_name = all_repeated_predictions.log_name
            and predictions.model_id = all_repeated_predictions.model_id
            and predictions.model_version = all_repeated_predictions.model_version
            and predictions.prediction_id = all_repeated_predictions.prediction_id
    where all_repeated_predictions.prediction_id is null
    union all
    select
        {%- for column in accepted_columns %}
        repeated_predictions.{{ column }},
        {%- endfor %}
        repeated_predictions.pairing_id,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        repeated_predictions.slice_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from repeated_predictions
    where repeated_predictions.repeat_number = 1

),

accepted_outcomes as (

    select
        outcomes.log_name,
        outcomes.prediction_id,
        outcomes.observed_at,
        outcomes.actual_label,
        outcomes.actual_value,
        outcomes.loaded_at
    from outcomes
    left join repeated_outcomes
        on
            outcomes.log_name = repeated_outcomes.log_name
            and outcomes.prediction_id = repeated_outcomes.prediction_id
    where repeated_outcomes.prediction_id is null
    union all
    select
        repeated_outcomes.log_name,
        repeated_outcomes.prediction_id,
        repeated_outcomes.observed_at,
        repeated_outcomes.actual_label,
        repeated_outcomes.actual_value,
        repeated_outcomes.loaded_at
    from repeated_outcomes
    where repeated_outcomes.outcome_number = 1

),

/* one row an id, whatever the features table repeats: the greatest values, so that the choice is always the same */
slices as (

    select
        features_slices.log_name,
        features_slices.prediction_id,
        max(features_slices.naive_value) as naive_value,
        max(features_slices.pairing_id) as pairing_id,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        max(features_slices.slice_{{ slot }}) as slice_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from features_slices
    group by
        features_slices.log_name,
        features_slices.prediction_id

)

select
    {%- for column in columns %}
    accepted_predictions.{{ column }},
    {%- endfor %}
    coalesce(accepted_predictions.pairing_id, slices.pairing_id) as pairing_id,
    accepted_outcomes.observed_at,
    accepted_outcomes.loaded_at as outcome_loaded_at,
    accepted_outcomes.actual_label,
    accepted_outcomes.actual_value,
    coalesce(accepted_predictions.naive_value, slices.naive_value) as naive_value,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    coalesce(accepted_predictions.slice_{{ slot }}, slices.slice_{{ slot }}) as slice_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from accepted_predictions
left join accepted_outcomes
    on
        accepted_predictions.log_name = accepted_outcomes.log_name
        and accepted_predictions.prediction_id = accepted_outcomes.prediction_id
        and accepted_predictions.predicted_at <= accepted_outcomes.observed_at
left join slices
    on
        accepted_predictions.log_name = slices.log_name
        and accepted_predictions.prediction_id = slices.prediction_id
