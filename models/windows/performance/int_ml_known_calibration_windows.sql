/*
    Grain: log, model, version, week or month with labelled scores, and known_at. Calibration errors of a window as it
    was known before a date, as in int_ml_calibration_windows.
*/
with cubes as (

    select * from {{ ref('int_ml_known_binary_counted') }}

),

known_windows as (

    select * from {{ ref('int_ml_known_windows') }}
    where task = 'binary_classification'

),

window_bins as (

    select
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.known_at,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        cubes.calibration_bin,
        sum(cubes.labelled_count) as labelled_count,
        {{ ml_monitor.safe_divide('sum(cubes.true_positive_count + cubes.false_negative_count)', 'sum(cubes.labelled_count)') }} as observed_rate,
        {{ ml_monitor.safe_divide('sum(cubes.labelled_score_sum)', 'sum(cubes.labelled_count)') }} as mean_score
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
    group by
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.known_at,
        cubes.calibration_bin

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    known_at,
    slice_key,
    slice_value,
    {{ ml_monitor.safe_divide('sum(labelled_count * abs(observed_rate - mean_score))', 'sum(labelled_count)') }} as ece,
    max(abs(observed_rate - mean_score)) as mce
from window_bins
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    known_at,
    slice_key,
    slice_value
