{{ config(materialized='table') }}
/*
    Grain: log and day. The days that this build must replace, because something that decides their rows changed since
    the last finished build: the day's raw predictions or features, or an outcome of one of its predictions (seen by
    the outcome's own day). An id that came, went or changed makes dirty every day on which its rows stand now and
    every day on which they stood, so that a day can be replaced whole without looking at the others.
    has_changed_rows tells days whose predictions, features or class scores changed from those to which only outcomes came.
    Where there is no finished build, every day is dirty. The days that an unfinished build began to replace stay
    dirty: its tables are half old, half new, and no longer tell where an id stood.
*/
{%- set predictions = ref('stg_ml_predictions') %}
{%- set outcomes = ref('stg_ml_outcomes') %}
{%- set built = ml_monitor.previous_build_of('int_ml_days_built') %}
{%- set kept_predictions = ml_monitor.previous_build_of('fct_ml_predictions') %}
{%- set kept_rejections = ml_monitor.previous_build_of('fct_ml_rejected_rows') %}
{%- set kept_not_shown = ml_monitor.previous_build_of('int_ml_items_not_shown') %}
{%- set begun = ml_monitor.previous_build_of('int_ml_dirty_days') %}
with raw_days as (

    select * from {{ ref('int_ml_raw_days_signed') }}

),
{% if built is none or kept_predictions is none or kept_rejections is none %}
touched_days as (

    select
        raw_days.log_name,
        raw_days.raw_date as dirty_date,
        true as has_changed_rows
    from raw_days

)
{% else %}
changed_days as (

    select
        coalesce(raw_days.log_name, built.log_name) as log_name,
        coalesce(raw_days.source_name, built.source_name) as source_name,
        coalesce(raw_days.raw_date, built.raw_date) as raw_date
    from raw_days
    full outer join {{ built }} as built
        on
            raw_days.log_name = built.log_name
            and raw_days.source_name = built.source_name
            and raw_days.raw_date = built.raw_date
    where coalesce(raw_days.day_signature, 'gone') != coalesce(built.day_signature, 'new')

),

touched_ids as (

    select
        predictions.log_name,
        predictions.prediction_id,
        true as has_changed_rows
    from {{ predictions }} as predictions
    inner join changed_days
        on
            predictions.log_name = changed_days.log_name
            and predictions.predicted_date = changed_days.raw_date
            and changed_days.source_name = 'predictions'
    union
    select
        outcomes.log_name,
        outcomes.prediction_id,
        false as has_changed_rows
    from {{ outcomes }} as outcomes
    inner join changed_days
        on
            outcomes.log_name = changed_days.log_name
            and outcomes.observed_date = changed_days.raw_date
            and changed_days.source_name = 'outcomes'
    union
    select
        kept.log_name,
        kept.prediction_id,
        true as has_changed_rows
    from {{ kept_predictions }} as kept
    inner join changed_days
        on
            kept.log_name = changed_days.log_name
            and kept.predicted_date = changed_days.raw_date
            and changed_days.source_name = 'predictions'
    union
    select
        kept.log_name,
        kept.prediction_id,
        false as has_changed_rows
    from {{ kept_predictions }} as kept
    inner join changed_days
        on
            kept.log_name = changed_days.log_name
            and cast(kept.observed_at as date) = changed_days.raw_date
            and changed_days.source_name = 'outcomes'
    union
    select
        kept.log_name,
        kept.prediction_id,
        kept.source_name != 'outcomes' as has_changed_rows
    from {{ kept_rejections }} as kept
    inner join changed_days
        on
            kept.log_name = changed_days.log_name
            and kept.raw_date = changed_days.raw_date
            and kept.source_name = changed_days.source_name

),

touched_days as (

    select
        changed_days.log_name,
        changed_days.raw_date as dirty_date,
        changed_days.source_name != 'outcomes' as has_changed_rows
    from changed_days
    union all
    select
        predictions.log_name,
        predictions.predicted_date as dirty_date,
        touched_ids.has_changed_rows
    from {{ predictions }} as predictions
    inner join touched_ids
        on
            predictions.log_name = touched_ids.log_name
            and predictions.prediction_id = touched_ids.prediction_id
    union all
    select
        kept.log_name,
        kept.predicted_date as dirty_date,
        touched_ids.has_changed_rows
    from {{ kept_predictions }} as kept
    inner join touched_ids
        on
            kept.log_name = touched_ids.log_name
            and kept.prediction_id = touched_ids.prediction_id
    union all
    select
        kept.log_name,
        kept.home_date as dirty_date,
        touched_ids.has_changed_rows
    from {{ kept_rejections }} as kept
    inner join touched_ids
        on
            kept.log_name = touched_ids.log_name
            and kept.prediction_id = touched_ids.prediction_id
    union all
    /* an outcome counts for every list of its request, those that do not show the item too */
    select
        predictions.log_name,
        predictions.predicted_date as dirty_date,
        false as has_changed_rows
    from {{ outcomes }} as outcomes
    inner join touched_ids
        on
            outcomes.log_name = touched_ids.log_name
            and outcomes.prediction_id = touched_ids.prediction_id
    inner join {{ predictions }} as predictions
        on
            outcomes.log_name = predictions.log_name
            and outcomes.request_id = predictions.request_id
    {%- if kept_not_shown is not none %}
    union all
    select
        kept.log_name,
        kept.predicted_date as dirty_date,
        touched_ids.has_changed_rows
    from {{ kept_not_shown }} as kept
    inner join touched_ids
        on
            kept.log_name = touched_ids.log_name
            and kept.prediction_id = touched_ids.prediction_id
    {%- endif %}
    union all
    /* an outcome whose prediction is gone, or not yet there, stands under its own day */
    select
        outcomes.log_name,
        outcomes.observed_date as dirty_date,
        false as has_changed_rows
    from {{ outcomes }} as outcomes
    inner join touched_ids
        on
            outcomes.log_name = touched_ids.log_name
            and outcomes.prediction_id = touched_ids.prediction_id
    left join {{ predictions }} as predictions
        on
            outcomes.log_name = predictions.log_name
            and outcomes.prediction_id = predictions.prediction_id
            /* not `is null`: DuckDB 2.0 loses such a condition when it makes this an anti join */
            and coalesce(predictions.row_fault, '') = ''
    where predictions.prediction_id is null

)
{% endif -%},

all_days as (

    select * from touched_days
    {%- if begun is not none %}
    union all
    select
        begun.log_name,
        begun.dirty_date,
        begun.has_changed_rows
    from {{ begun }} as begun
    {%- if built is not none %}
    cross join (
        select {{ ml_monitor.raw_state('built') }} as raw_state
        from {{ built }} as built
    ) as finished
    where begun.raw_state != finished.raw_state
    {%- endif %}
    {%- endif %}

)

select
    all_days.log_name,
    all_days.dirty_date,
    bool_or(all_days.has_changed_rows) as has_changed_rows
from all_days
group by
    all_days.log_name,
    all_days.dirty_date
