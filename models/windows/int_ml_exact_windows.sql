/*
    Grain: log, model, version and window. The dirty days, weeks and months that are small enough to be read value by
    value: not more rows than the log's exact_row_limit. Trailing windows, which would read every row 35 times, and
    larger ones come from fine bins.
*/
select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    baselines.bin_version,
    baselines.reference_start
from {{ ref('int_ml_window_counts') }} as windows
{{ ml_monitor.in_dirty_windows('windows') }}
inner join {{ ref('int_ml_logs') }} as logs
    on windows.log_name = logs.log_name
inner join {{ ref('int_ml_baselines') }} as baselines
    on
        windows.log_name = baselines.log_name
        and windows.model_id = baselines.model_id
        and windows.model_version = baselines.model_version
where
    windows.slice_key is null
    and windows.granularity in ('day', 'week', 'month')
    and windows.prediction_count between 1 and coalesce(logs.exact_row_limit, windows.prediction_count)
