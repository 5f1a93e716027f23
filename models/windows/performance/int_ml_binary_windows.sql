/*
    Grain: log, model, version, window and slice. Confusion counts and score sums of a window: sums of its
    days; squared deviations merge by Chan's formula.
*/
with cubes as (

    select * from {{ ref('int_ml_binary_outcomes_counted') }}

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

{{ ml_monitor.with_merged_deviations('window_rows', ['labelled_score', 'squared_error', 'log_loss']) }}

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
        'prediction_count', 'predicted_positive_count', 'labelled_count', 'true_positive_count',
        'false_positive_count', 'false_negative_count', 'true_negative_count',
    ] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    sum(score_sum) as score_sum,
    {%- for column in ['labelled_score', 'squared_error', 'log_loss'] %}
    sum({{ column }}_sum) as {{ column }}_sum,
    sum({{ column }}_window_deviation) as {{ column }}_deviation_square_sum{{ ',' if not loop.last }}
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
