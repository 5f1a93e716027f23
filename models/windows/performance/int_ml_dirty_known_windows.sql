{%- set kept = ml_monitor.previous_build_of('int_ml_known_binary_windows') %}
/*
    Grain: log, granularity and window start. The weeks and months whose metrics as known this build must replace: the
    dirty windows, and those looked back at from other dates than before, because the as-of moment or a setting moved.
*/
with known_windows as ( -- noqa: ST03

    select * from {{ ref('int_ml_known_windows') }}
    where task = 'binary_classification'

)

select
    log_name,
    granularity,
    window_start
from {{ ref('int_ml_dirty_windows') }}
where granularity in ('week', 'month')
{%- if kept is not none %}
union
select
    coalesce(known_windows.log_name, kept.log_name) as log_name,
    coalesce(known_windows.granularity, kept.granularity) as granularity,
    coalesce(known_windows.window_start, kept.window_start) as window_start
from known_windows
full outer join {{ kept }} as kept
    on
        known_windows.log_name = kept.log_name
        and known_windows.model_id = kept.model_id
        and known_windows.model_version = kept.model_version
        and known_windows.granularity = kept.granularity
        and known_windows.window_start = kept.window_start
        and known_windows.known_at = kept.known_at
where known_windows.log_name is null or kept.log_name is null
{%- endif %}
