{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Excluded periods leave at least one day with predictions in every reference window that has such days: else the
    version would be compared with nothing.
*/
with days as (

    select
        baselines.log_name,
        baselines.model_id,
        baselines.model_version,
        baselines.reference_start,
        baselines.reference_end,
        count(*) as day_count
    from {{ ref('int_ml_baselines') }} as baselines
    inner join {{ ref('int_ml_predictions_counted') }} as counts
        on
            baselines.log_name = counts.log_name
            and baselines.model_id = counts.model_id
            and baselines.model_version = counts.model_version
            and baselines.reference_start <= counts.predicted_date
            and baselines.reference_end > counts.predicted_date
    where counts.slice_key is null
    group by
        baselines.log_name,
        baselines.model_id,
        baselines.model_version,
        baselines.reference_start,
        baselines.reference_end

)

select days.*
from days
where not exists (
    select 1
    from {{ ref('int_ml_reference_days') }} as reference_days
    where
        reference_days.log_name = days.log_name
        and reference_days.model_id = days.model_id
        and reference_days.model_version = days.model_version
)
