/*
    Grain: log, model, version, window and slice. Confusion counts and score sums of a window: sums of its days.
*/
with cubes as (

    select * from {{ ref('int_ml_binary_outcomes_counted') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

)

select
    cubes.log_name,
    cubes.model_id,
    cubes.model_version,
    window_days.granularity,
    window_days.window_start,
    window_days.window_end,
    cubes.slice_key,
    cubes.slice_value,
    {%- for column in [
        'prediction_count', 'predicted_positive_count', 'labelled_count', 'true_positive_count',
        'false_positive_count', 'false_negative_count', 'true_negative_count',
    ] %}
    cast(sum(cubes.{{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'score_sum', 'labelled_score_sum', 'labelled_score_square_sum', 'squared_error_sum', 'fourth_power_error_sum',
        'log_loss_sum', 'log_loss_square_sum',
    ] %}
    sum(cubes.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from cubes
inner join window_days
    on
        cubes.log_name = window_days.log_name
        and cubes.model_id = window_days.model_id
        and cubes.model_version = window_days.model_version
        and cubes.predicted_date = window_days.predicted_date
where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
group by
    cubes.log_name,
    cubes.model_id,
    cubes.model_version,
    window_days.granularity,
    window_days.window_start,
    window_days.window_end,
    cubes.slice_key,
    cubes.slice_value
