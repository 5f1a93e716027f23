/*
    Grain: log, model, version, window and slice. Error sums of a window: sums of its days; squared deviations merge by
    Chan's formula, M2 = sum M2_d + sum n_d (mean_d - mean)^2.
*/
with cubes as (

    select * from {{ ref('int_ml_regression_errors_summed') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

),

window_rows as (

    select
        cubes.*,
        window_days.granularity,
        window_days.window_start,
        window_days.window_end
    from cubes
    inner join window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')

),

/* the mean over the window beside each of its days */
centred as (

    select
        window_rows.*,
        sum(window_rows.actual_sum) over (
            partition by
                window_rows.log_name, window_rows.model_id, window_rows.model_version, window_rows.granularity,
                window_rows.window_start, window_rows.slice_key, window_rows.slice_value
        ) / sum(window_rows.labelled_count) over (
            partition by
                window_rows.log_name, window_rows.model_id, window_rows.model_version, window_rows.granularity,
                window_rows.window_start, window_rows.slice_key, window_rows.slice_value
        ) as window_actual_mean,
        sum(window_rows.error_sum) over (
            partition by
                window_rows.log_name, window_rows.model_id, window_rows.model_version, window_rows.granularity,
                window_rows.window_start, window_rows.slice_key, window_rows.slice_value
        ) / sum(window_rows.labelled_count) over (
            partition by
                window_rows.log_name, window_rows.model_id, window_rows.model_version, window_rows.granularity,
                window_rows.window_start, window_rows.slice_key, window_rows.slice_value
        ) as window_error_mean
    from window_rows

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    {%- for column in ['labelled_count', 'nonzero_actual_count', 'loggable_count', 'interval_count', 'covered_count'] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'actual_sum', 'prediction_sum', 'absolute_actual_sum', 'error_sum', 'absolute_error_sum', 'squared_error_sum',
        'fourth_power_error_sum', 'absolute_percentage_error_sum', 'squared_log_error_sum', 'over_error_sum',
    ] %}
    sum({{ column }}) as {{ column }},
    {%- endfor %}
    min(actual_minimum) as actual_minimum,
    max(actual_maximum) as actual_maximum,
    max(absolute_error_maximum) as absolute_error_maximum,
    sum(
        actual_deviation_square_sum
        + labelled_count * (actual_mean - window_actual_mean) * (actual_mean - window_actual_mean)
    ) as actual_deviation_square_sum,
    sum(
        error_deviation_square_sum
        + labelled_count * (error_mean - window_error_mean) * (error_mean - window_error_mean)
    ) as error_deviation_square_sum
from centred
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value
