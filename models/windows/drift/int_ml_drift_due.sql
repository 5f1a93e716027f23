{%- set built = ml_monitor.previous_build_of('int_ml_drift_inputs_built') %}
/*
    Grain: model, granularity and window start. The windows whose drift verdicts this build must make anew: those whose
    distances it replaces, those of which an input has come, gone or changed since the last finished build, and all of a
    model for which one that holds for every window has. Where no build came that far, all there are and were.
*/
with inputs as ( -- noqa: ST03

    select * from {{ ref('int_ml_drift_inputs') }}

),

dirty_comparisons as ( -- noqa: ST03

    select * from {{ ref('int_ml_dirty_comparisons') }}

)
{%- if built is not none %},

changed as (
{{ ml_monitor.came_or_went(
        'inputs', built, keys=['log_name', 'model_id', 'granularity', 'window_start', 'verdict_input'],
        columns=['model_id', 'granularity', 'window_start']
    ) | indent(4) }}

)

select
    model_id,
    granularity,
    window_start
from changed
where granularity != 'every'
union
select
    inputs.model_id,
    inputs.granularity,
    inputs.window_start
from inputs
inner join dirty_comparisons
    on
        inputs.log_name = dirty_comparisons.log_name
        and inputs.granularity = dirty_comparisons.granularity
        and inputs.window_start = dirty_comparisons.window_start
union
select
    inputs.model_id,
    inputs.granularity,
    inputs.window_start
from inputs
inner join changed
    on
        inputs.model_id = changed.model_id
        and changed.granularity = 'every'
where inputs.granularity != 'every'
{%- else %}

select
    model_id,
    granularity,
    window_start
from inputs
where granularity != 'every'
{%- set kept = ml_monitor.previous_build_of('fct_ml_drift') %}
{%- if kept is not none %}
union
select
    model_id,
    granularity,
    window_start
from {{ kept }}
{%- else %}
group by
    model_id,
    granularity,
    window_start
{%- endif %}
{%- endif %}
