/*
    Grain: log, model, version and day of its reference window. Days of an excluded period are no reference.
*/
with baselines as (

    select * from {{ ref('int_ml_baselines') }}

),

days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
    from {{ ref('int_ml_predictions_counted') }}
    where slice_key is null

),

excluded_periods as (

    select * from {{ ml_monitor.policy('excluded_periods') }}

),

excluded_days as (

    select
        days.log_name,
        days.model_id,
        days.model_version,
        days.predicted_date
    from days
    inner join excluded_periods
        on
            coalesce(excluded_periods.model_id, days.model_id) = days.model_id
            and days.predicted_date >= cast(excluded_periods.period_start as date)
            /* a period without an end goes on */
            and days.predicted_date < coalesce(cast(excluded_periods.period_end as date), cast(days.predicted_date + 1 as date))
    group by
        days.log_name,
        days.model_id,
        days.model_version,
        days.predicted_date

)

select
    days.log_name,
    days.model_id,
    days.model_version,
    baselines.baseline_name,
    baselines.bin_version,
    days.predicted_date
from days
inner join baselines
    on
        days.log_name = baselines.log_name
        and days.model_id = baselines.model_id
        and days.model_version = baselines.model_version
        and days.predicted_date >= baselines.reference_start
        and days.predicted_date < baselines.reference_end
left join excluded_days
    on
        days.log_name = excluded_days.log_name
        and days.model_id = excluded_days.model_id
        and days.model_version = excluded_days.model_version
        and days.predicted_date = excluded_days.predicted_date
where excluded_days.predicted_date is null
