/*
    Grain: log, model, version, baseline_id and window whose rows are part of that baseline. The bins and sums of a
    baseline are those of its windows added up. Windows that have the same baseline (the reference; a day that is the
    previous of one and the same season of another) share one baseline_id.
*/
with baselines as (

    select * from {{ ref('int_ml_baselines') }}

),

baseline_windows as (

    select
        baseline_windows.*,
        {{ ml_monitor.baseline_id('baseline_windows') }} as baseline_id
    from {{ ref('int_ml_baseline_windows') }} as baseline_windows

),

named_baselines as (

    select * from {{ ref('int_ml_named_baselines') }}

),

days as (

    select
        log_name,
        model_id,
        model_version,
        window_start
    from {{ ref('int_ml_window_counts') }}
    where
        slice_key is null
        and granularity = 'day'
        and prediction_count > 0

),

excluded_periods as (

    select * from {{ ml_monitor.policy('excluded_periods') }}

),

named_days as (

    select
        days.log_name,
        days.model_id,
        days.model_version,
        named_baselines.baseline_name,
        days.window_start
    from days
    inner join named_baselines
        on
            days.log_name = named_baselines.log_name
            and days.model_id = named_baselines.model_id
            and days.model_version = named_baselines.model_version
            and days.window_start >= named_baselines.baseline_start
            and days.window_start < named_baselines.baseline_end
    left join excluded_periods
        on
            coalesce(excluded_periods.model_id, days.model_id) = days.model_id
            and days.window_start >= cast(excluded_periods.period_start as date)
            and days.window_start < coalesce(cast(excluded_periods.period_end as date), cast(days.window_start + 1 as date))
    group by
        days.log_name,
        days.model_id,
        days.model_version,
        named_baselines.baseline_name,
        days.window_start
    having count(excluded_periods.period_start) = 0

)

select
    log_name,
    model_id,
    model_version,
    'reference' as baseline_id,
    'reference' as member_granularity,
    reference_start as member_start
from baselines
union all
select
    log_name,
    model_id,
    model_version,
    baseline_id,
    granularity as member_granularity,
    member_start
from baseline_windows
group by
    log_name,
    model_id,
    model_version,
    baseline_id,
    granularity,
    member_start
union all
select
    log_name,
    model_id,
    model_version,
    concat('named/', baseline_name) as baseline_id,
    'day' as member_granularity,
    window_start as member_start
from named_days
