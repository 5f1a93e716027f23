/*
    Grain: log, granularity and window start. The windows that this build must replace: those with a dirty day; those
    that came or went since the last finished build, as trailing windows do when a version's first or last day moves;
    and all windows of a log in which a day of a reference is dirty, came or went, or in which a reference is new. An old
    reference, with which nothing is compared any more, is in no kept row and not new for that.
    has_changed_values as in int_ml_dirty_days.
*/
{%- set kept_bins = ml_monitor.previous_build_of('fct_ml_drift_bins') %}
{%- set built = ml_monitor.previous_build_of('int_ml_windows_built') %}
{%- set built_reference_days = ml_monitor.previous_build_of('int_ml_reference_days_built') %}
with bin_versions as ( -- noqa: ST03

    select bin_versions.*
    from {{ ref('int_ml_bin_versions') }} as bin_versions
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            bin_versions.log_name = baselines.log_name
            and bin_versions.model_id = baselines.model_id
            and bin_versions.model_version = baselines.model_version
            and bin_versions.bin_version = baselines.bin_version

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

    select
        reference_days.log_name,
        dirty_days.has_changed_values
    from {{ ref('int_ml_reference_days') }} as reference_days
    inner join dirty_days
        on
            reference_days.log_name = dirty_days.log_name
            and reference_days.predicted_date = dirty_days.dirty_date
    {%- if kept_bins is not none %}
    union
    select
        bin_versions.log_name,
        true as has_changed_values
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
    {%- if built_reference_days is not none %}
    union
    {{- ml_monitor.came_or_went(
        ref('int_ml_reference_days'), built_reference_days,
        keys=['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date'],
        columns=['log_name'], with_columns=['true as has_changed_values']
    ) | indent(4) }}
    {%- endif %}

),

touched as (

    select
        dirty_days.log_name,
        calendar_windows.granularity,
        calendar_windows.window_start,
        dirty_days.has_changed_values
    from dirty_days
    inner join calendar_windows
        on dirty_days.dirty_date = calendar_windows.calendar_date
    union all
    select
        windows.log_name,
        windows.granularity,
        windows.window_start,
        dirty_logs.has_changed_values
    from windows
    inner join dirty_logs
        on windows.log_name = dirty_logs.log_name
    union all
    select
        windows.log_name,
        windows.granularity,
        windows.window_start,
        dirty_days.has_changed_values
    from windows
    inner join dirty_days
        on
            windows.log_name = dirty_days.log_name
            and windows.granularity = 'lifetime'
    {%- if built is not none %}
    union all
    {{- ml_monitor.came_or_went(
        ref('int_ml_windows'), built,
        keys=['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end'],
        columns=['log_name', 'granularity', 'window_start'], with_columns=['true as has_changed_values']
    ) | indent(4) }}
    {%- else %}
    /* no build came that far: what an unfinished one left may be of windows that are no more */
    {%- for model in ml_monitor.models_replaced_by_window() %}
    {%- set kept = ml_monitor.previous_build_of(model) %}
    {%- if kept is not none %}
    union all
    select
        log_name,
        granularity,
        window_start,
        true as has_changed_values
    from {{ kept }}
    {%- endif %}
    {%- endfor %}
    {%- endif %}

)

select
    log_name,
    granularity,
    window_start,
    bool_or(has_changed_values) as has_changed_values
from touched
group by
    log_name,
    granularity,
    window_start
