{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, slice and item that was shown or relevant. How often ranking models showed it among
    the first ten of a list, and how many requests it was relevant for (outcome above 0), shown or not.
*/
with predictions as (

    select
        predictions.*,
        row_number() over (
            partition by
                predictions.log_name, predictions.model_id, predictions.model_version, predictions.request_id,
                predictions.predicted_date
            order by predictions.item_rank asc, {{ ml_monitor.text_order('predictions.item_id') }} asc
        ) as list_position
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'ranking'

),

shown as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.item_id,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) filter (where predictions.list_position <= 10) as slot_count,
        count(*) filter (where predictions.actual_value > 0) as relevant_count
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date', 'item_id']) }}

),

not_shown as (

    select
        items.log_name,
        items.model_id,
        items.model_version,
        items.predicted_date,
        items.item_id,
        0 as slice_slot,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        0 as slot_count,
        count(*) as relevant_count
    from {{ ref('int_ml_items_not_shown') }} as items
    {{ ml_monitor.in_dirty_days('items', 'predicted_date') }}
    where
        items.actual_value > 0
        and items.superseded_date is null
    group by
        items.log_name,
        items.model_id,
        items.model_version,
        items.predicted_date,
        items.item_id

),

counted as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        item_id,
        slice_slot,
        slice_value,
        cast(sum(slot_count) as {{ dbt.type_bigint() }}) as slot_count,
        cast(sum(relevant_count) as {{ dbt.type_bigint() }}) as relevant_count
    from (
        select * from shown
        union all
        select * from not_shown
    ) as both_kinds
    group by
        log_name,
        model_id,
        model_version,
        predicted_date,
        item_id,
        slice_slot,
        slice_value

)

select
    counted.*,
    slots.slice_key
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where counted.slice_slot = 0 or slots.slice_key is not null
