{{ config(**ml_monitor.replaced_by_day('home_date')) }}
/*
    Grain: one usable raw outcome row whose prediction_id stands more than once in the log's outcomes.
    outcome_number 1 is the row that counts: the newest loaded_at, then the newest observed_at, among those not
    observed before the prediction (these have none). home_date is the day of the prediction, or the outcome's own day
    where there is no prediction. The raw rows are read where they are needed: DuckDB would write a CTE that is read twice
    to memory, all of it.
*/
{%- set outcomes = ref('stg_ml_outcomes') %}
{%- set predictions = ref('stg_ml_predictions') %}
with repeated_predictions as (

    select * from {{ ref('int_ml_predictions_repeated') }}

),

{% if ml_monitor.is_partial_build() -%}
dirty_ids as (

    select
        predictions.log_name,
        predictions.prediction_id
    from {{ predictions }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.row_fault is null
    union
    select
        outcomes.log_name,
        outcomes.prediction_id
    from {{ outcomes }} as outcomes
    {{ ml_monitor.in_dirty_days('outcomes', 'observed_date') }}
    where outcomes.row_fault is null

),

{% endif -%}
repeated_ids as (

    select
        outcomes.log_name,
        outcomes.prediction_id
    from {{ outcomes }} as outcomes
    {%- if ml_monitor.is_partial_build() %}
    inner join dirty_ids
        on
            outcomes.log_name = dirty_ids.log_name
            and outcomes.prediction_id = dirty_ids.prediction_id
    {%- endif %}
    where outcomes.row_fault is null
    group by
        outcomes.log_name,
        outcomes.prediction_id
    having count(*) > 1

),

/* a repeated prediction counts with the row that was accepted */
first_predictions as (

    select
        predictions.log_name,
        predictions.prediction_id,
        min(coalesce(accepted.predicted_at, predictions.predicted_at)) as first_predicted_at
    from {{ predictions }} as predictions
    inner join repeated_ids
        on
            predictions.log_name = repeated_ids.log_name
            and predictions.prediction_id = repeated_ids.prediction_id
    left join repeated_predictions as accepted
        on
            predictions.log_name = accepted.log_name
            and predictions.model_id = accepted.model_id
            and predictions.model_version = accepted.model_version
            and predictions.prediction_id = accepted.prediction_id
            and accepted.repeat_number = 1
    where predictions.row_fault is null
    group by
        predictions.log_name,
        predictions.prediction_id

),

dated as (

    select
        outcomes.*,
        first_predictions.first_predicted_at,
        cast(coalesce(first_predictions.first_predicted_at, outcomes.observed_at) as date) as home_date,
        coalesce(outcomes.observed_at < first_predictions.first_predicted_at, false) as is_before_prediction
    from {{ outcomes }} as outcomes
    inner join repeated_ids
        on
            outcomes.log_name = repeated_ids.log_name
            and outcomes.prediction_id = repeated_ids.prediction_id
    left join first_predictions
        on
            outcomes.log_name = first_predictions.log_name
            and outcomes.prediction_id = first_predictions.prediction_id
    where outcomes.row_fault is null

),

numbered as (

    select
        dated.*,
        case
            when not dated.is_before_prediction
                then row_number() over (
                    partition by dated.log_name, dated.prediction_id, dated.is_before_prediction
                    order by
                        dated.loaded_at desc nulls last, dated.observed_at desc, dated.raw_values desc
                )
        end as outcome_number
    from dated

)

select numbered.*
from numbered
{{ ml_monitor.in_dirty_days('numbered', 'home_date') }}
