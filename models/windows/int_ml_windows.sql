/*
    Grain: log, model, version and window. Every calendar window between a version's first and last prediction, empty
    ones included, and two windows of its own: `reference`, and `lifetime` from the first prediction to the last.
    A window is complete when it ended at or before the as-of moment; a trailing window that began before the version
    did is not shown.
*/
with model_versions as (

    select * from {{ ref('int_ml_model_versions') }}

),

calendar_windows as (

    select
        granularity,
        window_start,
        window_end
    from {{ ref('int_ml_calendar_windows') }}
    group by
        granularity,
        window_start,
        window_end

),

windows as (

    select
        model_versions.log_name,
        model_versions.task,
        model_versions.model_id,
        model_versions.model_version,
        calendar_windows.granularity,
        calendar_windows.window_start,
        calendar_windows.window_end
    from model_versions
    inner join calendar_windows
        on
            model_versions.first_predicted_date < calendar_windows.window_end
            and model_versions.last_predicted_date >= calendar_windows.window_start
    where
        calendar_windows.granularity in ('day', 'week', 'month')
        or (
            calendar_windows.window_start >= model_versions.first_predicted_date
            and calendar_windows.window_end <= cast(model_versions.last_predicted_date + 1 as date)
        )
    union all
    select
        model_versions.log_name,
        model_versions.task,
        model_versions.model_id,
        model_versions.model_version,
        'lifetime' as granularity,
        model_versions.first_predicted_date as window_start,
        cast(model_versions.last_predicted_date + 1 as date) as window_end
    from model_versions
    union all
    select
        model_versions.log_name,
        model_versions.task,
        model_versions.model_id,
        model_versions.model_version,
        'reference' as granularity,
        baselines.reference_start as window_start,
        baselines.reference_end as window_end
    from model_versions
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            model_versions.log_name = baselines.log_name
            and model_versions.model_id = baselines.model_id
            and model_versions.model_version = baselines.model_version

)

select
    windows.*,
    cast(windows.window_end as timestamp) <= {{ ml_monitor.as_of() }} as is_complete
from windows
