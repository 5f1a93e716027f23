{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The day cube holds the predictions and outcomes of fct_ml_predictions: the same days, the same counts, for all rows
    and for the values of each slice together.
*/
with days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        count(*) as prediction_count,
        count(observed_at) as labelled_count
    from {{ ref('fct_ml_predictions') }}
    group by
        log_name,
        model_id,
        model_version,
        predicted_date

),

cubes as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        sum(prediction_count) as prediction_count,
        sum(labelled_count) as labelled_count
    from {{ ref('int_ml_predictions_counted') }}
    group by
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key

)

select
    coalesce(days.log_name, cubes.log_name) as log_name,
    coalesce(days.model_id, cubes.model_id) as model_id,
    coalesce(days.model_version, cubes.model_version) as model_version,
    coalesce(days.predicted_date, cubes.predicted_date) as predicted_date,
    cubes.slice_key,
    days.prediction_count,
    cubes.prediction_count as cube_prediction_count,
    days.labelled_count,
    cubes.labelled_count as cube_labelled_count
from days
full outer join cubes
    on
        days.log_name = cubes.log_name
        and days.model_id = cubes.model_id
        and days.model_version = cubes.model_version
        and days.predicted_date = cubes.predicted_date
where
    coalesce(days.prediction_count, 0) != coalesce(cubes.prediction_count, 0)
    or coalesce(days.labelled_count, 0) != coalesce(cubes.labelled_count, 0)
