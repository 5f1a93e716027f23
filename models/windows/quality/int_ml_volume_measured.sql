/*
    Grain: log, model, version and window of a day or a week. Accepted predictions against what is usual: the mean of up
    to eight earlier windows (same weekday for days) and their standard deviation. Nothing enters its own baseline; a
    window is compared once there are four earlier ones.
*/
with windows as (

    select
        window_counts.*,
        case
            when window_counts.granularity = 'day'
                then {{ ml_monitor.days_between("cast(date_trunc('week', window_counts.window_start) as date)", 'window_counts.window_start') }}
            else 0
        end as weekday_number
    from {{ ref('int_ml_window_counts') }} as window_counts
    where
        window_counts.slice_key is null
        and window_counts.granularity in ('day', 'week')

),

compared as (

    select
        windows.*,
        avg(windows.prediction_count) over (
            partition by
                windows.log_name, windows.model_id, windows.model_version, windows.granularity, windows.weekday_number
            order by windows.window_start asc
            rows between 8 preceding and 1 preceding
        ) as usual_count,
        stddev_samp(windows.prediction_count) over (
            partition by
                windows.log_name, windows.model_id, windows.model_version, windows.granularity, windows.weekday_number
            order by windows.window_start asc
            rows between 8 preceding and 1 preceding
        ) as usual_deviation,
        count(*) over (
            partition by
                windows.log_name, windows.model_id, windows.model_version, windows.granularity, windows.weekday_number
            order by windows.window_start asc
            rows between 8 preceding and 1 preceding
        ) as earlier_count
    from windows

)

select
    compared.log_name,
    compared.model_id,
    compared.model_version,
    compared.granularity,
    compared.window_start,
    compared.earlier_count,
    cast(compared.usual_count as {{ ml_monitor.type_double() }}) as usual_count,
    /* counts vary by at least their square root, and by a tenth from week to week */
    abs(compared.prediction_count - compared.usual_count) / greatest(
        coalesce(compared.usual_deviation, 0), sqrt(compared.usual_count), 0.1 * compared.usual_count, 1
    ) as deviation
from compared
where compared.earlier_count >= 4
