/*
    Grain: log, model, version, window and day with predictions inside it: what joins a day cube to its windows. The
    reference window leaves out the days of excluded periods.
*/
with days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
    from {{ ref('int_ml_predictions_counted') }}
    where slice_key is null

),

windows as (

    select * from {{ ref('int_ml_windows') }}

)

select
    days.log_name,
    days.model_id,
    days.model_version,
    windows.granularity,
    windows.window_start,
    windows.window_end,
    days.predicted_date
from days
inner join {{ ref('int_ml_calendar_windows') }} as calendar_windows
    on days.predicted_date = calendar_windows.calendar_date
inner join windows
    on
        days.log_name = windows.log_name
        and days.model_id = windows.model_id
        and days.model_version = windows.model_version
        and calendar_windows.granularity = windows.granularity
        and calendar_windows.window_start = windows.window_start
union all
select
    days.log_name,
    days.model_id,
    days.model_version,
    windows.granularity,
    windows.window_start,
    windows.window_end,
    days.predicted_date
from days
inner join windows
    on
        days.log_name = windows.log_name
        and days.model_id = windows.model_id
        and days.model_version = windows.model_version
        and windows.granularity = 'lifetime'
union all
select
    reference_days.log_name,
    reference_days.model_id,
    reference_days.model_version,
    'reference' as granularity,
    baselines.reference_start as window_start,
    baselines.reference_end as window_end,
    reference_days.predicted_date
from {{ ref('int_ml_reference_days') }} as reference_days
inner join {{ ref('int_ml_baselines') }} as baselines
    on
        reference_days.log_name = baselines.log_name
        and reference_days.model_id = baselines.model_id
        and reference_days.model_version = baselines.model_version
