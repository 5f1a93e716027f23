{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window and slice in which both classes occur. What needs the order of the scores:
    AUC, average precision, KS separation. Windows up to the log's exact_row_limit are read row by row and have bound 0.
    Larger ones, and trailing windows, which would read every row again 35 times, come from 1,000 score cells, treated
    as ties, with a bound that always holds:
      roc_auc            half of the pairs that share a cell
      ks_separation      the largest share of a class in one cell
      average_precision  each cell's share of the positives times the reach of the precision inside the cell
*/
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        windows.true_positive_count + windows.false_negative_count as positive_total,
        windows.true_negative_count + windows.false_positive_count as negative_total,
        windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
        and windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        /* one number for the eight columns: what is sorted and joined below is long */
        row_number() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.model_version asc, windows.granularity asc,
                windows.window_start asc, windows.slice_key asc nulls first, windows.slice_value asc nulls first
        ) as series_number
    from {{ ref('int_ml_binary_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.true_positive_count + windows.false_negative_count > 0
        and windows.true_negative_count + windows.false_positive_count > 0

),

scores as (

    select * from {{ ref('int_ml_scores_celled') }}

),

cells as (

    select * from {{ ref('int_ml_scores_counted') }}

),

series_days as (

    select
        windows.series_number,
        windows.is_exact,
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.predicted_date,
        windows.slice_key,
        windows.slice_value
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start

),

series_rows as (

    select
        series_days.series_number,
        scores.score,
        scores.actual_value
    from scores
    inner join series_days
        on
            scores.log_name = series_days.log_name
            and scores.model_id = series_days.model_id
            and scores.model_version = series_days.model_version
            and scores.predicted_date = series_days.predicted_date
    where
        series_days.is_exact
        and series_days.slice_key is null
    {%- for log in ml_monitor.prediction_logs() if log.task == 'binary_classification' %}
    {%- for slice in log.slices %}
    union all
    select
        series_days.series_number,
        scores.score,
        scores.actual_value
    from scores
    inner join series_days
        on
            scores.log_name = series_days.log_name
            and scores.model_id = series_days.model_id
            and scores.model_version = series_days.model_version
            and scores.predicted_date = series_days.predicted_date
            and scores.slice_{{ slice.slot }} = series_days.slice_value
    where
        series_days.is_exact
        and series_days.log_name = '{{ log.name }}'
        and series_days.slice_key = '{{ slice.slice_key }}'
    {%- endfor %}
    {%- endfor %}

),

score_groups as (

    select
        series_number,
        score,
        cast(count(*) filter (where actual_value = 1) as {{ ml_monitor.type_double() }}) as positive_count,
        cast(count(*) filter (where actual_value = 0) as {{ ml_monitor.type_double() }}) as negative_count
    from series_rows
    group by
        series_number,
        score
    union all
    select
        series_days.series_number,
        cast(cells.score_cell as {{ ml_monitor.type_double() }}) as score,
        cast(sum(cells.positive_count) as {{ ml_monitor.type_double() }}) as positive_count,
        cast(sum(cells.negative_count) as {{ ml_monitor.type_double() }}) as negative_count
    from cells
    inner join series_days
        on
            cells.log_name = series_days.log_name
            and cells.model_id = series_days.model_id
            and cells.model_version = series_days.model_version
            and cells.predicted_date = series_days.predicted_date
            and coalesce(cells.slice_key, '') = coalesce(series_days.slice_key, '')
            and coalesce(cells.slice_value, '') = coalesce(series_days.slice_value, '')
    where not series_days.is_exact
    group by
        series_days.series_number,
        cells.score_cell

),

/* how many of each class have this score or a higher one */
{{ ml_monitor.ranked_statistics() }}
