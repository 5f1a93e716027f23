/*
    Grain: log, model, version and delay. The share of the reference window's predictions whose outcome was observed
    within that many days.
*/
with reference_days as (

    select * from {{ ref('int_ml_reference_days') }}

),

reference_totals as (

    select
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version,
        sum(cubes.prediction_count) as prediction_count
    from reference_days
    inner join {{ ref('int_ml_predictions_counted') }} as cubes
        on
            reference_days.log_name = cubes.log_name
            and reference_days.model_id = cubes.model_id
            and reference_days.model_version = cubes.model_version
            and reference_days.predicted_date = cubes.predicted_date
    where cubes.slice_key is null
    group by
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version

),

delays as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        cubes.delay_days,
        sum(cubes.labelled_count) as labelled_count
    from reference_days
    inner join {{ ref('int_ml_label_delays_counted') }} as cubes
        on
            reference_days.log_name = cubes.log_name
            and reference_days.model_id = cubes.model_id
            and reference_days.model_version = cubes.model_version
            and reference_days.predicted_date = cubes.predicted_date
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        cubes.delay_days

)

select
    delays.log_name,
    delays.model_id,
    delays.model_version,
    delays.delay_days,
    {{ ml_monitor.safe_divide(
        'sum(delays.labelled_count) over labels_so_far',
        'reference_totals.prediction_count'
    ) }} as labelled_share
from delays
inner join reference_totals
    on
        delays.log_name = reference_totals.log_name
        and delays.model_id = reference_totals.model_id
        and delays.model_version = reference_totals.model_version
window
    labels_so_far as (
        partition by delays.log_name, delays.model_id, delays.model_version
        order by delays.delay_days asc
        rows between unbounded preceding and current row
    )
