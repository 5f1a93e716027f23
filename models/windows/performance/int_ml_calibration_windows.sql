/*
    Grain: log, model, version, window and slice with labelled scores. Expected and maximal calibration error over ten
    equal bins of the score (Naeini et al. 2015).
*/
with cubes as (

    select * from {{ ref('int_ml_calibration_counted') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

),

window_bins as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.calibration_bin,
        sum(cubes.labelled_count) as labelled_count,
        {{ ml_monitor.safe_divide('sum(cubes.positive_count)', 'sum(cubes.labelled_count)') }} as observed_rate,
        {{ ml_monitor.safe_divide('sum(cubes.score_sum)', 'sum(cubes.labelled_count)') }} as mean_score
    from cubes
    inner join window_days
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
        cubes.slice_value,
        cubes.calibration_bin

)

{{ ml_monitor.calibration_errors() }}
