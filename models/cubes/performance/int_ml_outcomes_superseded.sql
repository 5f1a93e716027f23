{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: one prediction and one outcome of it that counted until a newer one was loaded: known on the dates from
    known_date on, before superseded_date. Few rows: only outcomes that came more than once. A row that a newer one
    overtook on its first day never counted and is not here.
*/
with outcomes as (

    select
        log_name,
        prediction_id,
        outcome_number,
        observed_at,
        actual_label,
        actual_value,
        {{ ml_monitor.known_date('observed_at', ['loaded_at']) }} as known_date
    from {{ ref('int_ml_outcomes_repeated') }}
    where outcome_number is not null

),

overtaken as (

    select
        outcomes.*,
        min(outcomes.known_date) over (
            partition by outcomes.log_name, outcomes.prediction_id
            order by outcomes.outcome_number asc
            rows between unbounded preceding and 1 preceding
        ) as superseded_date
    from outcomes

),

superseded as (

    select
        predictions.log_name,
        predictions.task,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id,
        predictions.request_id,
        predictions.predicted_date,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        predictions.score,
        predictions.predicted_label,
        predictions.predicted_value,
        predictions.prediction_lower,
        predictions.prediction_upper,
        predictions.naive_value,
        overtaken.observed_at,
        overtaken.actual_label,
        overtaken.actual_value,
        greatest(overtaken.known_date, {{ ml_monitor.known_date('predictions.predicted_at', ['predictions.loaded_at']) }}) as known_date,
        overtaken.superseded_date
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    inner join overtaken
        on
            predictions.log_name = overtaken.log_name
            and predictions.prediction_id = overtaken.prediction_id
            and predictions.predicted_at <= overtaken.observed_at

)

select * from superseded
where known_date < superseded_date
