/*
    Grain: log, granularity and window start. The windows that this build must replace: those with a dirty day; and all
    windows of a log in which a day of a reference is dirty, or in which a reference is new.
*/
{%- set kept_bins = ml_monitor.previous_build_of('fct_ml_drift_bins') %}
with bin_versions as ( -- noqa: ST03

    select * from {{ ref('int_ml_bin_versions') }}

),

windows as (

    select
        log_name,
        granularity,
        window_start
    from {{ ref('int_ml_windows') }}
    group by
        log_name,
        granularity,
        window_start

),

dirty_days as (

    select * from {{ ref('int_ml_dirty_days') }}

),

calendar_windows as (

    select * from {{ ref('int_ml_calendar_windows') }}

),

dirty_logs as (

    select reference_days.log_name
    from {{ ref('int_ml_reference_days') }} as reference_days
    inner join dirty_days
        on
            reference_days.log_name = dirty_days.log_name
            and reference_days.predicted_date = dirty_days.dirty_date
    {%- if kept_bins is not none %}
    union
    select bin_versions.log_name
    from bin_versions
    left join (
        select
            log_name,
            model_id,
            model_version,
            bin_version
        from {{ kept_bins }}
        group by
            log_name,
            model_id,
            model_version,
            bin_version
    ) as kept
        on
            bin_versions.log_name = kept.log_name
            and bin_versions.model_id = kept.model_id
            and bin_versions.model_version = kept.model_version
            and bin_versions.bin_version = kept.bin_version
    where kept.bin_version is null
    {%- endif %}

)

select
    dirty_days.log_name,
    calendar_windows.granularity,
    calendar_windows.window_start
from dirty_days
inner join calendar_windows
    on dirty_days.dirty_date = calendar_windows.calendar_date
union
select
    windows.log_name,
    windows.granularity,
    windows.window_start
from windows
inner join dirty_logs
    on windows.log_name = dirty_logs.log_name
union
select
    windows.log_name,
    windows.granularity,
    windows.window_start
from windows
inner join dirty_days
    on
        windows.log_name = dirty_days.log_name
        and windows.granularity = 'lifetime'
