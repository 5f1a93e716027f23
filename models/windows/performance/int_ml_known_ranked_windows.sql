{{ config(**ml_monitor.replaced_by_known_window()) }}
/*
    Grain: log, model, version, week or month, and known_at before which both classes were known. What needs the order of
    the scores, as in int_ml_ranked_windows: from the rows up to the log's exact_row_limit, from 1,000 score cells with
    error bounds beyond it.
*/
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.known_at,
        windows.slice_key,
        windows.slice_value,
        windows.true_positive_count + windows.false_negative_count as positive_total,
        windows.true_negative_count + windows.false_positive_count as negative_total,
        cast(windows.true_positive_count + windows.false_negative_count as {{ ml_monitor.type_double() }})
        * (windows.true_negative_count + windows.false_positive_count) as pair_total,
        windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        {{ ml_monitor.window_row_number(['known_at']) }} as series_number,
        dense_rank() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.model_version asc, windows.granularity asc,
                windows.window_start asc
        ) as window_number
    from {{ ref('int_ml_known_binary_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_known_windows('windows') }}
    where
        windows.true_positive_count + windows.false_negative_count > 0
        and windows.true_negative_count + windows.false_positive_count > 0

),

{{ ml_monitor.with_series_days(['series_number', 'window_number', 'known_at', 'is_exact']) }},

large_window_days as (

    select
        window_number,
        log_name,
        model_id,
        model_version,
        predicted_date
    from series_days
    where not is_exact
    group by
        window_number,
        log_name,
        model_id,
        model_version,
        predicted_date

),

/* the outcomes twice: DuckDB would write a CTE that is read twice to memory */
row_labels as (

    {{- ml_monitor.known_labels('binary_classification', ['score', 'actual_value'], in_dirty_days=false) }}
),

cell_labels as (

    {{- ml_monitor.known_labels('binary_classification', ['score', 'actual_value'], in_dirty_days=false) }}
),

score_rows as (

    select
        series_days.series_number,
        labels.score,
        labels.actual_value
    from row_labels as labels
    inner join series_days
        on
            labels.log_name = series_days.log_name
            and labels.model_id = series_days.model_id
            and labels.model_version = series_days.model_version
            and labels.predicted_date = series_days.predicted_date
    where
        series_days.is_exact
        and {{ ml_monitor.is_known_before('labels', 'series_days.known_at') }}

),

/* once a window, before it is looked at from each date */
cell_rows as (

    select
        large_window_days.window_number,
        labels.known_date,
        labels.superseded_date,
        {{ ml_monitor.score_cell('labels.score') }} as score_cell,
        count(*) filter (where labels.actual_value = 1) as positive_count,
        count(*) filter (where labels.actual_value = 0) as negative_count
    from cell_labels as labels
    inner join large_window_days
        on
            labels.log_name = large_window_days.log_name
            and labels.model_id = large_window_days.model_id
            and labels.model_version = large_window_days.model_version
            and labels.predicted_date = large_window_days.predicted_date
    group by
        large_window_days.window_number,
        labels.known_date,
        labels.superseded_date,
        {{ ml_monitor.score_cell('labels.score') }}

),

score_groups as (

    select
        series_number,
        score,
        cast(count(*) filter (where actual_value = 1) as {{ ml_monitor.type_double() }}) as positive_count,
        cast(count(*) filter (where actual_value = 0) as {{ ml_monitor.type_double() }}) as negative_count
    from score_rows
    group by
        series_number,
        score
    union all
    select
        windows.series_number,
        cast(cell_rows.score_cell as {{ ml_monitor.type_double() }}) as score,
        cast(sum(cell_rows.positive_count) as {{ ml_monitor.type_double() }}) as positive_count,
        cast(sum(cell_rows.negative_count) as {{ ml_monitor.type_double() }}) as negative_count
    from cell_rows
    inner join windows
        on cell_rows.window_number = windows.window_number
    where
        not windows.is_exact
        and {{ ml_monitor.is_known_before('cell_rows', 'windows.known_at') }}
    group by
        windows.series_number,
        cell_rows.score_cell

),

{{ ml_monitor.ranked_statistics(['known_at']) }}
