{#
    The CTE `score_groups`: for each series (window and slice) how many labelled rows of each class have which score. In:
    the CTE windows with series_number, is_exact and the keys of a window. Exact windows are read row by row and have a group for
    every distinct score; the others have one for every score cell, whose `score` is its number 1 .. 1000.
#}
{% macro with_score_groups() -%}
cells as (

    select * from {{ ref('int_ml_scores_counted') }}

),

{{ ml_monitor.with_series_days(['series_number', 'is_exact', 'slice_key', 'slice_value']) }},

{{ ml_monitor.with_series_rows(
    ref('int_ml_scores_celled'), ['score', 'actual_value'],
    ml_monitor.prediction_logs() | selectattr('task', 'equalto', 'binary_classification')
) }},

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
