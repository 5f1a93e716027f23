{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, window and slice. Error sums of a window: sums of its days; squared deviations merge by
    Chan's formula, M2 = sum M2_d + sum n_d (mean_d - mean)^2.
*/
with cubes as (

    select * from {{ ref('int_ml_regression_errors_summed') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

),

window_rows as (

    select
        cubes.*,
        window_days.granularity,
        window_days.window_start,
        window_days.window_end
    from cubes
    inner join window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')

),

{{ ml_monitor.regression_window_sums() }}
