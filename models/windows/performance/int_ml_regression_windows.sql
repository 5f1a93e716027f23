{%- set quantities = ['actual', 'error', 'absolute_error', 'squared_error'] %}
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

{{ ml_monitor.with_merged_deviations('window_rows', quantities) }}

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    {%- for column in [
        'labelled_count', 'nonzero_actual_count', 'loggable_count', 'interval_count', 'covered_count',
        'interval_width_count', 'naive_count',
    ] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'actual_sum', 'prediction_sum', 'absolute_actual_sum', 'error_sum', 'absolute_error_sum', 'squared_error_sum',
        'absolute_percentage_error_sum', 'squared_log_error_sum', 'over_error_sum', 'interval_width_sum',
        'naive_error_sum', 'naive_absolute_error_sum', 'naive_over_error_sum', 'paired_absolute_error_sum',
    ] %}
    sum({{ column }}) as {{ column }},
    {%- endfor %}
    min(actual_minimum) as actual_minimum,
    max(actual_maximum) as actual_maximum,
    max(absolute_error_maximum) as absolute_error_maximum,
    {%- for quantity in quantities %}
    sum({{ quantity }}_window_deviation) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
    {%- endfor %}
from with_merged_deviations
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value
