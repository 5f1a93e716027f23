{#
    The CTE `score_groups`: for each series (window and slice) how many labelled rows of each class have which score. In:
    windows with series_number, is_exact and the keys of a window. Exact windows are read row by row and have a group for
    every distinct score; the others have one for every score cell, whose `score` is its number 1 .. 1000.
#}
{% macro with_score_groups(windows_cte) -%}
{%- set scores = ref('int_ml_scores_celled') -%}
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
    from {{ windows_cte }} as windows
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
    from {{ scores }} as scores
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
    from {{ scores }} as scores
    inner join series_days
        on
            scores.log_name = series_days.log_name
            and scores.model_id = series_days.model_id
            and scores.model_version = series_days.model_version
            and scores.predicted_date = series_days.predicted_date
            and coalesce(scores.slice_{{ slice.slot }}, '(null)') = series_days.slice_value
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
        cast(count(*) filter (where actual_value = 0) as {{ ml_monitor.type_double() }}) as negative_count,
        score * count(*) as score_sum
    from series_rows
    group by
        series_number,
        score
    union all
    select
        series_days.series_number,
        cast(cells.score_cell as {{ ml_monitor.type_double() }}) as score,
        cast(sum(cells.positive_count) as {{ ml_monitor.type_double() }}) as positive_count,
        cast(sum(cells.negative_count) as {{ ml_monitor.type_double() }}) as negative_count,
        sum(cells.score_sum) as score_sum
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

)
{%- endmacro %}
