/*
    Grain: log, model, version and window (all rows). How many outcomes have come, how many should have come by the
    as-of moment if labels arrived as they did for the reference, and how many come in the end. A window is mature when
    its coverage reached 95 % of the reference's final coverage. Without a reference every prediction is expected to be
    labelled.
*/
with windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where slice_key is null

),

days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        prediction_count,
        {{ ml_monitor.days_between('predicted_date', 'cast(' ~ ml_monitor.as_of() ~ ' as date)') }} as age_days
    from {{ ref('int_ml_predictions_counted') }}
    where slice_key is null

),

reference_delays as (

    select * from {{ ref('int_ml_reference_delays') }}

),

final_shares as (

    select
        log_name,
        model_id,
        model_version,
        max(labelled_share) as final_share
    from reference_delays
    group by
        log_name,
        model_id,
        model_version

),

expected_days as (

    select
        days.log_name,
        days.model_id,
        days.model_version,
        days.predicted_date,
        days.prediction_count,
        max(reference_delays.labelled_share) as expected_share
    from days
    left join reference_delays
        on
            days.log_name = reference_delays.log_name
            and days.model_id = reference_delays.model_id
            and days.model_version = reference_delays.model_version
            and days.age_days >= reference_delays.delay_days
    group by
        days.log_name,
        days.model_id,
        days.model_version,
        days.predicted_date,
        days.prediction_count

),

expected_windows as (

    select
        expected_days.log_name,
        expected_days.model_id,
        expected_days.model_version,
        window_days.granularity,
        window_days.window_start,
        {{ ml_monitor.safe_divide('sum(expected_days.prediction_count * coalesce(expected_days.expected_share, 0))', 'sum(expected_days.prediction_count)') }} as expected_coverage
    from expected_days
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            expected_days.log_name = window_days.log_name
            and expected_days.model_id = window_days.model_id
            and expected_days.model_version = window_days.model_version
            and expected_days.predicted_date = window_days.predicted_date
    group by
        expected_days.log_name,
        expected_days.model_id,
        expected_days.model_version,
        window_days.granularity,
        window_days.window_start

),

covered as (

    select
        windows.*,
        {{ ml_monitor.safe_divide('windows.labelled_count', 'windows.prediction_count') }} as label_coverage,
        case when final_shares.final_share is not null then expected_windows.expected_coverage end as expected_coverage,
        coalesce(final_shares.final_share, 1) as final_coverage
    from windows
    left join final_shares
        on
            windows.log_name = final_shares.log_name
            and windows.model_id = final_shares.model_id
            and windows.model_version = final_shares.model_version
    left join expected_windows
        on
            windows.log_name = expected_windows.log_name
            and windows.model_id = expected_windows.model_id
            and windows.model_version = expected_windows.model_version
            and windows.granularity = expected_windows.granularity
            and windows.window_start = expected_windows.window_start

)

select
    covered.*,
    {{ ml_monitor.is_mature_coverage('covered.label_coverage', 'covered.final_coverage') }} as is_mature
from covered
