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
{{- ml_monitor.came_or_went(
    'known_windows', kept,
    keys=['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'known_at'],
    columns=['log_name', 'granularity', 'window_start']
) }}
{%- endif %}
