{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
{%- set series = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
/*
    Grain: log, model, version, window and slice. The places among the first ten of the lists: how many there are, how many
    different items they hold, how evenly, and how popular these are (int_ml_reference_items; an item that is new since
    the reference had no relevant outcome then). Popularity is null without a reference.
*/
with cubes as (

    select * from {{ ref('int_ml_items_counted') }}

),

windows as (

    select windows.*
    from {{ ref('int_ml_windows') }} as windows
    {{ ml_monitor.in_dirty_windows('windows') }}
    where windows.task = 'ranking'

),

reference_items as (

    select * from {{ ref('int_ml_reference_items') }}

),

reference_totals as (

    select
        log_name,
        model_id,
        model_version,
        max(weight) as weight
    from reference_items
    group by
        log_name,
        model_id,
        model_version

),

window_items as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.item_id,
        sum(cubes.slot_count) as slot_count
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start
    inner join cubes
        on
            window_days.log_name = cubes.log_name
            and window_days.model_id = cubes.model_id
            and window_days.model_version = cubes.model_version
            and window_days.predicted_date = cubes.predicted_date
    where
        cubes.slot_count > 0
        and (cubes.slice_key is null or windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime'))
    group by
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.item_id

),

popular_items as (

    select
        window_items.*,
        {{ ml_monitor.safe_divide('coalesce(reference_items.relevant_count, 0) + 1', 'reference_totals.weight') }} as popularity
    from window_items
    left join reference_totals
        on
            window_items.log_name = reference_totals.log_name
            and window_items.model_id = reference_totals.model_id
            and window_items.model_version = reference_totals.model_version
    left join reference_items
        on
            window_items.log_name = reference_items.log_name
            and window_items.model_id = reference_items.model_id
            and window_items.model_version = reference_items.model_version
            and window_items.item_id = reference_items.item_id

)

select
    {{ series | join(',\n    ') }},
    cast(sum(slot_count) as {{ dbt.type_bigint() }}) as slot_count,
    count(*) as item_count,
    sum(cast(slot_count as {{ ml_monitor.type_double() }}) * slot_count) as slot_square_sum,
    sum(slot_count * popularity) as popularity_sum,
    sum(slot_count * -ln(popularity) / ln({{ ml_monitor.double_literal('2') }})) as novelty_sum
from popular_items
group by
    {{ series | join(',\n    ') }}
