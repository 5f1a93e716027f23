/*
    Grain: log, model, version, window, slice, predicted class and actual class that occur together. Confusion counts of
    multiclass models: sums of the days.
*/
with cubes as (

    select * from {{ ref('int_ml_confusion_counted') }}

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
    cubes.predicted_label,
    cubes.actual_label,
    cast(sum(cubes.labelled_count) as {{ dbt.type_bigint() }}) as labelled_count
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
    cubes.slice_value,
    cubes.predicted_label,
    cubes.actual_label
