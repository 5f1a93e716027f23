{#- days back from a window's start to the windows of its baseline; a month's are counted into the month before -#}
{%- set steps = {
    'previous': {'day': [1], 'week': [7], 'month': [1]},
    'trailing': {'day': range(1, 29), 'week': [7, 14, 21, 28], 'month': [1, 32, 63]},
    'same_weekday': {'day': [7, 14, 21, 28]},
    'same_season': {'day': [364], 'week': [364], 'month': [365]},
} -%}
/*
    Grain: log, model, version, window, baseline and window of the baseline. Which earlier windows of the same length a
    day, week or month is compared with:
      previous      the one before
      trailing      the 28 days, 4 weeks or 3 months before
      same_weekday  the same weekday of the four weeks before (days only)
      same_season   the day or week 52 weeks before, the month a year before
    A window is left out where it has no predictions, is incomplete, or touches an excluded period (one that has no end
    yet goes on). No window is among its own.
*/
with windows as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        is_complete,
        prediction_count
    from {{ ref('int_ml_window_counts') }}
    where
        slice_key is null
        and granularity in ('day', 'week', 'month')

),

excluded_periods as (

    select * from {{ ml_monitor.policy('excluded_periods') }}

),

steps as (

    {%- for log in ml_monitor.prediction_logs() %}
    {%- for baseline in log.baselines if baseline in steps %}
    {%- for granularity, days in steps[baseline].items() %}
    {%- for days_back in days %}
    select
        '{{ log.name }}' as log_name,
        '{{ baseline }}' as baseline_name,
        '{{ granularity }}' as granularity,
        {{ days_back }} as days_back
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as log_name,
        cast(null as {{ dbt.type_string() }}) as baseline_name,
        cast(null as {{ dbt.type_string() }}) as granularity,
        cast(null as int) as days_back
    where 1 = 0

),

usable as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end
    from windows
    left join excluded_periods
        on
            coalesce(excluded_periods.model_id, windows.model_id) = windows.model_id
            and windows.window_end > cast(excluded_periods.period_start as date)
            and windows.window_start < coalesce(cast(excluded_periods.period_end as date), windows.window_end)
    where
        windows.is_complete
        and windows.prediction_count > 0
    group by
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end
    having count(excluded_periods.period_start) = 0

),

candidates as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        steps.baseline_name,
        case
            when windows.granularity = 'month'
                then cast(date_trunc('month', windows.window_start - steps.days_back) as date)
            else cast(windows.window_start - steps.days_back as date)
        end as member_start
    from windows
    inner join steps
        on
            windows.log_name = steps.log_name
            and windows.granularity = steps.granularity

)

select
    candidates.log_name,
    candidates.model_id,
    candidates.model_version,
    candidates.granularity,
    candidates.window_start,
    candidates.baseline_name,
    usable.window_start as member_start,
    usable.window_end as member_end
from candidates
inner join usable
    on
        candidates.log_name = usable.log_name
        and candidates.model_id = usable.model_id
        and candidates.model_version = usable.model_version
        and candidates.granularity = usable.granularity
        and candidates.member_start = usable.window_start
