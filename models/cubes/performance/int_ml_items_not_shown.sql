{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, request, day and item whose outcome for the request is known though this version did not
    show it: what the full relevant set of the request has beside the list. Small where outcomes are logged for shown
    items only. Of repeated outcomes the one that counts; none from before the list was shown. Such an outcome stands in
    fct_ml_rejected_rows too (orphan, no_prediction), unless another version showed the item. Rows with a superseded_date
    are for who looks back: an outcome that counted until a newer one was loaded, or an item whose own row of the list was
    loaded late. They count on the dates from known_date on (first_look_date or later), before superseded_date.
*/
with requests as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.request_id,
        predictions.predicted_date,
        min(predictions.predicted_at) as requested_at
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'ranking'
    group by
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.request_id,
        predictions.predicted_date

),

shown_items as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id,
        predictions.predicted_date,
        {{ ml_monitor.known_date('predictions.predicted_at', ['predictions.loaded_at']) }} as listed_date
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'ranking'

),

all_outcomes as (

    select * from {{ ref('stg_ml_outcomes') }}
    where
        row_fault is null
        and request_id is not null

),

repeated_outcomes as (

    select
        repeated_outcomes.*,
        {{ ml_monitor.known_date('repeated_outcomes.observed_at', ['repeated_outcomes.loaded_at']) }} as known_date
    from {{ ref('int_ml_outcomes_repeated') }} as repeated_outcomes

),

outcomes as (

    select
        all_outcomes.log_name,
        all_outcomes.prediction_id,
        all_outcomes.request_id,
        all_outcomes.item_id,
        all_outcomes.observed_at,
        all_outcomes.actual_value,
        {{ ml_monitor.known_date('all_outcomes.observed_at', ['all_outcomes.loaded_at']) }} as known_date,
        cast(null as date) as superseded_date
    from all_outcomes
    left join repeated_outcomes
        on
            all_outcomes.log_name = repeated_outcomes.log_name
            and all_outcomes.prediction_id = repeated_outcomes.prediction_id
    where repeated_outcomes.prediction_id is null
    union all
    select
        repeated_outcomes.log_name,
        repeated_outcomes.prediction_id,
        repeated_outcomes.request_id,
        repeated_outcomes.item_id,
        repeated_outcomes.observed_at,
        repeated_outcomes.actual_value,
        repeated_outcomes.known_date,
        min(repeated_outcomes.known_date) over (
            partition by repeated_outcomes.log_name, repeated_outcomes.prediction_id
            order by repeated_outcomes.outcome_number asc
            rows between unbounded preceding and 1 preceding
        ) as superseded_date
    from repeated_outcomes
    where
        repeated_outcomes.outcome_number is not null
        and repeated_outcomes.request_id is not null

),

not_shown as (

    select
        requests.log_name,
        requests.model_id,
        requests.model_version,
        requests.request_id,
        requests.predicted_date,
        outcomes.item_id,
        outcomes.prediction_id,
        outcomes.observed_at,
        outcomes.actual_value,
        greatest(outcomes.known_date, {{ ml_monitor.first_look_date('requests.predicted_date') | indent(8) }}) as known_date,
        least(
            coalesce(outcomes.superseded_date, shown_items.listed_date), coalesce(shown_items.listed_date, outcomes.superseded_date)
        ) as superseded_date
    from requests
    inner join outcomes
        on
            requests.log_name = outcomes.log_name
            and requests.request_id = outcomes.request_id
            and requests.requested_at <= outcomes.observed_at
    left join shown_items
        on
            requests.log_name = shown_items.log_name
            and requests.model_id = shown_items.model_id
            and requests.model_version = shown_items.model_version
            and requests.predicted_date = shown_items.predicted_date
            and outcomes.prediction_id = shown_items.prediction_id

)

select * from not_shown
where
    superseded_date is null
    or known_date < superseded_date
