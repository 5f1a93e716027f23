{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Every baseline and excluded period begins before it ends, and no model retires before it is deployed.
*/
select
    'baselines' as policy,
    model_id,
    cast(window_start as date) as first_date,
    cast(window_end as date) as last_date
from {{ ml_monitor.policy('baselines') }}
where
    cast(window_start as date) >= cast(window_end as date)
    or window_start is null
    or window_end is null
union all
select
    'excluded_periods' as policy,
    model_id,
    cast(period_start as date) as first_date,
    cast(period_end as date) as last_date
from {{ ml_monitor.policy('excluded_periods') }}
where
    cast(period_start as date) >= cast(period_end as date)
    or period_start is null
    or period_end is null
union all
select
    'models' as policy,
    model_id,
    cast(deployed_at as date) as first_date,
    cast(retired_at as date) as last_date
from {{ ml_monitor.policy('models') }}
where cast(retired_at as date) < cast(deployed_at as date)
