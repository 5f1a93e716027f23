{{ config(**ml_monitor.replaced_by_known_window()) }}
/*
    Grain: log, model, version, week or month and known_at. Confusion counts and score sums of a window as it was known
    before a date: those of int_ml_binary_windows, from what had come by then.
*/
with cubes as (

    select * from {{ ref('int_ml_known_binary_counted') }}

),

known_windows as (

    select known_windows.*
    from {{ ref('int_ml_known_windows') }} as known_windows
    {{ ml_monitor.in_dirty_known_windows('known_windows') }}
    where known_windows.task = 'binary_classification'

),

{%- set label_sums = [
    'labelled_count', 'true_positive_count', 'false_positive_count', 'false_negative_count', 'true_negative_count',
    'labelled_score_sum', 'labelled_score_deviation_square_sum', 'squared_error_sum', 'positive_squared_error_sum',
    'squared_error_deviation_square_sum', 'log_loss_sum', 'log_loss_deviation_square_sum',
] %}

window_rows as (

    select
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.window_end,
        known_windows.known_at,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        0 as prediction_count,
        0 as predicted_positive_count,
        0 as score_sum,
        {%- for column in label_sums %}
        cubes.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
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
    union all
    /* what the predictions alone say, and a row for a window without outcomes */
    select
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.window_end,
        known_windows.known_at,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        known_windows.prediction_count,
        known_windows.predicted_positive_count,
        known_windows.score_sum,
        {%- for column in label_sums %}
        0 as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from known_windows

),

{{ ml_monitor.binary_window_sums(['known_at']) }}
