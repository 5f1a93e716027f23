/*
    Grain: log, model, version, window and slice. Predictions and outcomes of every window, empty ones included; slices
    where they have a prediction, and not in trailing windows.
*/
with windows as (

    select * from {{ ref('int_ml_windows') }}

),

counted as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        sum(cubes.prediction_count) as prediction_count,
        sum(cubes.labelled_count) as labelled_count
    from {{ ref('int_ml_predictions_counted') }} as cubes
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value

)

select
    windows.log_name,
    windows.task,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.window_end,
    windows.is_complete,
    counted.slice_key,
    counted.slice_value,
    cast(coalesce(counted.prediction_count, 0) as {{ dbt.type_bigint() }}) as prediction_count,
    cast(coalesce(counted.labelled_count, 0) as {{ dbt.type_bigint() }}) as labelled_count,
    baselines.reference_start is not null as has_baseline,
    coalesce(
        windows.window_start < baselines.reference_end and windows.window_end > baselines.reference_start, false
    ) as is_in_baseline
from windows
left join counted
    on
        windows.log_name = counted.log_name
        and windows.model_id = counted.model_id
        and windows.model_version = counted.model_version
        and windows.granularity = counted.granularity
        and windows.window_start = counted.window_start
left join {{ ref('int_ml_baselines') }} as baselines
    on
        windows.log_name = baselines.log_name
        and windows.model_id = baselines.model_id
        and windows.model_version = baselines.model_version
