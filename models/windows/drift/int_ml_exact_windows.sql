{%- set dirty_windows = ref('int_ml_dirty_windows') %}
{%- set kept = ml_monitor.previous_build_of('int_ml_ordered_windows') %}
/*
    Grain: log, model, version and window. The dirty (with changed values) days, weeks and months that are small enough to be read value by
    value: not more rows than the log's exact_row_limit. Trailing windows, which would read every row 35 times, and
    larger ones come from fine cells. All of them, dirty or not, where int_ml_ordered_windows is to be built anew.
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
{%- if kept is not none %}
inner join {{ dirty_windows }} as dirty
    on
        windows.log_name = dirty.log_name
        and windows.granularity = dirty.granularity
        and windows.window_start = dirty.window_start
        and dirty.has_changed_values
{%- endif %}
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
