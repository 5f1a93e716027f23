{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, two of its versions (first before second in text order), day, and what both scored that day, with
    an outcome for both. What is paired is named by pairing_id, else by prediction_id; where a version scored it twice
    on a day, the earlier one counts. Pairs whose two outcomes differ are left out.
*/
{%- set scored = ['score', 'predicted_label', 'predicted_value'] %}
with days as (

    select
        log_name,
        model_id,
        predicted_date
    from {{ ref('int_ml_predictions_counted') }}
    where
        slice_key is null
        and task in ('binary_classification', 'regression')
    group by
        log_name,
        model_id,
        predicted_date
    having count(*) > 1

),

numbered as (

    select
        predictions.*,
        coalesce(predictions.pairing_id, predictions.prediction_id) as paired_id,
        row_number() over (
            partition by
                predictions.log_name, predictions.model_id, predictions.model_version, predictions.predicted_date,
                coalesce(predictions.pairing_id, predictions.prediction_id)
            order by predictions.predicted_at asc, predictions.prediction_id asc
        ) as repeat_number
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    inner join days
        on
            predictions.log_name = days.log_name
            and predictions.model_id = days.model_id
            and predictions.predicted_date = days.predicted_date

),

predictions as (

    select * from numbered
    where
        repeat_number = 1
        and observed_at is not null

)

select
    firsts.log_name,
    firsts.task,
    firsts.model_id,
    firsts.model_version as first_version,
    seconds.model_version as second_version,
    firsts.predicted_date,
    firsts.paired_id,
    firsts.actual_value,
    {%- for column in scored %}
    firsts.{{ column }} as first_{{ column }},
    seconds.{{ column }} as second_{{ column }},
    {%- endfor %}
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    firsts.slice_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from predictions as firsts
inner join predictions as seconds
    on
        firsts.log_name = seconds.log_name
        and firsts.model_id = seconds.model_id
        and firsts.predicted_date = seconds.predicted_date
        and firsts.paired_id = seconds.paired_id
        and firsts.actual_value = seconds.actual_value
where firsts.model_version < seconds.model_version
