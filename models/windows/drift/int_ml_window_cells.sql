{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, bin version, window, slice, subject, numeric feature and fine cell. The finite rows of each
    day, week, month and reference by cell, from the day cubes, in the bins of the current reference. Slices only where they
    are needed: in the reference, and in windows beyond the log's exact_row_limit.
*/
with window_days as (

    select
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.granularity,
        window_days.window_start,
        window_days.predicted_date,
        baselines.bin_version,
        window_days.granularity = 'reference'
        or window_counts.prediction_count > coalesce(logs.exact_row_limit, window_counts.prediction_count) as has_slices
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            window_days.log_name = baselines.log_name
            and window_days.model_id = baselines.model_id
            and window_days.model_version = baselines.model_version
    inner join {{ ref('int_ml_logs') }} as logs
        on window_days.log_name = logs.log_name
    inner join {{ ref('int_ml_window_counts') }} as window_counts
        on
            window_days.log_name = window_counts.log_name
            and window_days.model_id = window_counts.model_id
            and window_days.model_version = window_counts.model_version
            and window_days.granularity = window_counts.granularity
            and window_days.window_start = window_counts.window_start
    where
        window_days.granularity in ('day', 'week', 'month', 'reference')
        and window_counts.slice_key is null

),

numbered_days as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        row_number() over (
            order by log_name asc, model_id asc, model_version asc, predicted_date asc
        ) as day_number
    from window_days
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date

),

numbered_windows as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        has_slices,
        row_number() over (
            order by log_name asc, model_id asc, model_version asc, granularity asc, window_start asc
        ) as window_number
    from window_days
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        has_slices

),

days_of_windows as (

    select
        numbered_windows.window_number,
        numbered_windows.has_slices,
        numbered_days.day_number
    from window_days
    inner join numbered_windows
        on
            window_days.log_name = numbered_windows.log_name
            and window_days.model_id = numbered_windows.model_id
            and window_days.model_version = numbered_windows.model_version
            and window_days.granularity = numbered_windows.granularity
            and window_days.window_start = numbered_windows.window_start
    inner join numbered_days
        on
            window_days.log_name = numbered_days.log_name
            and window_days.model_id = numbered_days.model_id
            and window_days.model_version = numbered_days.model_version
            and window_days.predicted_date = numbered_days.predicted_date

),

day_cells as (

    select
        numbered_days.day_number,
        cells.slice_key,
        cells.slice_value,
        'feature' as subject,
        cells.feature_name,
        cells.cell_key,
        cells.row_count
    from numbered_days
    inner join {{ ref('int_ml_feature_cells_counted') }} as cells
        on
            numbered_days.log_name = cells.log_name
            and numbered_days.model_id = cells.model_id
            and numbered_days.model_version = cells.model_version
            and numbered_days.bin_version = cells.bin_version
            and numbered_days.predicted_date = cells.predicted_date
    where {{ ml_monitor.is_finite('cells.cell_key') }}
    union all
    select
        numbered_days.day_number,
        cells.slice_key,
        cells.slice_value,
        cells.subject,
        cells.feature_name,
        cells.cell_key,
        cells.row_count
    from numbered_days
    inner join {{ ref('int_ml_score_cells_counted') }} as cells
        on
            numbered_days.log_name = cells.log_name
            and numbered_days.model_id = cells.model_id
            and numbered_days.model_version = cells.model_version
            and numbered_days.bin_version = cells.bin_version
            and numbered_days.predicted_date = cells.predicted_date
    where {{ ml_monitor.is_finite('cells.cell_key') }}

),

/* one number for slice, subject, feature and cell: what is added up below is long */
series as (

    select
        slice_key,
        slice_value,
        subject,
        feature_name,
        cell_key,
        row_number() over (
            order by
                slice_key asc nulls first, slice_value asc nulls first, subject asc, feature_name asc,
                cell_key asc nulls last
        ) as series_number
    from day_cells
    group by
        slice_key,
        slice_value,
        subject,
        feature_name,
        cell_key

),

numbered_cells as (

    select
        day_cells.day_number,
        series.series_number,
        series.slice_key is not null as is_slice,
        day_cells.row_count
    from day_cells
    inner join series
        on
            day_cells.cell_key = series.cell_key
            and day_cells.feature_name = series.feature_name
            and day_cells.subject = series.subject
            and coalesce(day_cells.slice_key, '') = coalesce(series.slice_key, '')
            and coalesce(day_cells.slice_value, '') = coalesce(series.slice_value, '')

),

counted as (

    select
        days_of_windows.window_number,
        numbered_cells.series_number,
        cast(sum(numbered_cells.row_count) as {{ dbt.type_bigint() }}) as row_count
    from days_of_windows
    inner join numbered_cells
        on days_of_windows.day_number = numbered_cells.day_number
    where
        not numbered_cells.is_slice
        or days_of_windows.has_slices
    group by
        days_of_windows.window_number,
        numbered_cells.series_number

)

select
    numbered_windows.log_name,
    numbered_windows.model_id,
    numbered_windows.model_version,
    numbered_windows.bin_version,
    numbered_windows.granularity,
    numbered_windows.window_start,
    series.slice_key,
    series.slice_value,
    series.subject,
    series.feature_name,
    series.cell_key,
    counted.row_count
from counted
inner join numbered_windows
    on counted.window_number = numbered_windows.window_number
inner join series
    on counted.series_number = series.series_number
