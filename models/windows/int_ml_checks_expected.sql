/*
    Grain: model, version, window and check that must have a result. Made from the declaration, the thresholds and the
    calendar alone, never from the results, so that a result that is missing can be seen. All rows, no slices.
*/
with windows as (

    select
        log_name,
        task,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end
    from {{ ref('int_ml_windows') }}
    where granularity != 'reference'

),

thresholds as (

    select * from {{ ref('dim_ml_thresholds') }}
    where
        is_judged
        and slice_key is null

),

logs as (

    select * from {{ ref('int_ml_logs') }}

),

models as (

    select * from {{ ref('dim_ml_models') }}

)

select
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.window_end,
    thresholds.area,
    thresholds.subject,
    thresholds.feature_name,
    thresholds.metric_name
from windows
inner join logs
    on windows.log_name = logs.log_name
inner join thresholds
    on windows.model_id = thresholds.model_id
inner join models
    on
        windows.model_id = models.model_id
        and windows.model_version = models.model_version
where
    (windows.granularity = 'lifetime') = (thresholds.metric_name = 'days_since_last_prediction')
    and (logs.has_sample_weights or not {{ ml_monitor.takes_sample_weights('thresholds.metric_name') }})
    and (
        thresholds.area = 'drift'
        or (thresholds.area in ('performance', 'maturity') and logs.has_outcomes)
        or (thresholds.area = 'quality' and thresholds.subject is not null)
        or (thresholds.metric_name = 'row_count' and windows.granularity in ('day', 'week'))
        or (
            thresholds.metric_name in ('rejected_row_rate', 'duplicate_row_rate')
            and windows.granularity in ('day', 'week', 'month')
        )
        or (thresholds.metric_name = 'days_since_last_prediction' and models.is_active)
    )
