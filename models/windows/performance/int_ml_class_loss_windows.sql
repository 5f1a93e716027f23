{%- set quantities = ['log_loss', 'squared_error'] %}
/*
    Grain: log, model, version, window and slice with a labelled prediction that has class scores; labelled_count counts
    those. Losses and top-k hits of a window: sums of its days; squared deviations merge by Chan's formula.
*/
with cubes as (

    select * from {{ ref('int_ml_class_losses_summed') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

),

window_rows as (

    select
        cubes.*,
        window_days.granularity,
        window_days.window_start
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
    slice_key,
    slice_value,
    {%- for column in ['labelled_count', 'top_2_count', 'top_3_count'] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for quantity in quantities %}
    sum({{ quantity }}_sum) as {{ quantity }}_sum,
    sum({{ quantity }}_window_deviation) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
    {%- endfor %}
from with_merged_deviations
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value
