{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, week or month with outcomes, and known_at. Error sums of a window as it was known before
    a date: those of int_ml_regression_windows, from what had come by then.
*/
with cubes as (

    select * from {{ ref('int_ml_known_regression_summed') }}

),

known_windows as (

    select * from {{ ref('int_ml_known_windows') }}
    where task = 'regression'

),

window_rows as (

    select
        cubes.*,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.window_end,
        known_windows.known_at,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value
    from known_windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            known_windows.log_name = window_days.log_name
            and known_windows.model_id = window_days.model_id
            and known_windows.model_version = window_days.model_version
            and known_windows.granularity = window_days.granularity
            and known_windows.window_start = window_days.window_start
    inner join cubes
        on
            window_days.log_name = cubes.log_name
            and window_days.model_id = cubes.model_id
            and window_days.model_version = cubes.model_version
            and window_days.predicted_date = cubes.predicted_date
    where {{ ml_monitor.is_known_before('cubes', 'known_windows.known_at') }}

),

{{ ml_monitor.regression_window_sums(['known_at']) }}
