{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'request_id', 'predicted_date'] %}
/*
    Grain: log, model, version, day, slice of the request and relevant item, shown or not. Sum over the requests of the
    item's gain over the DCG of the request's best order of ten: a list that is the same for everybody earns, by NDCG@10,
    this sum over log2(position + 1) of each of its items.
*/
with relevant_items as (

    select
        {%- for key in keys %}
        predictions.{{ key }},
        {%- endfor %}
        predictions.item_id,
        predictions.actual_value as gain
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where
        predictions.task = 'ranking'
        and predictions.actual_value > 0
    union all
    select
        {%- for key in keys %}
        items_not_shown.{{ key }},
        {%- endfor %}
        items_not_shown.item_id,
        items_not_shown.actual_value as gain
    from {{ ref('int_ml_items_not_shown') }} as items_not_shown
    {{ ml_monitor.in_dirty_days('items_not_shown', 'predicted_date') }}
    where
        items_not_shown.actual_value > 0
        and items_not_shown.superseded_date is null

),

/* an item that stands twice in a list is relevant once */
gains as (

    select
        {{ keys | join(',\n        ') }},
        item_id,
        max(gain) as gain
    from relevant_items
    group by
        {{ keys | join(',\n        ') }},
        item_id

),

requests as (

    select requests.*
    from {{ ref('int_ml_requests_measured') }} as requests
    {{ ml_monitor.in_dirty_days('requests', 'predicted_date') }}
    where requests.superseded_date is null

),

gain_shares as (

    select
        requests.log_name,
        requests.model_id,
        requests.model_version,
        requests.predicted_date,
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        requests.slice_{{ slot }},
        {%- endfor %}
        gains.item_id,
        {{ ml_monitor.safe_divide('gains.gain', 'requests.best_dcg_at_10') }} as gain_share
    from gains
    inner join requests
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}gains.{{ key }} = requests.{{ key }}
            {%- endfor %}

),

summed as (

    select
        gain_shares.log_name,
        gain_shares.model_id,
        gain_shares.model_version,
        gain_shares.predicted_date,
        gain_shares.item_id,
        {{ ml_monitor.slice_slot('gain_shares') }} as slice_slot,
        {{ ml_monitor.slice_value('gain_shares') }} as slice_value,
        sum(gain_shares.gain_share) as gain_share_sum
    from gain_shares
    group by
        {{ ml_monitor.grouping_sets_by_slice('gain_shares', ['log_name', 'model_id', 'model_version', 'predicted_date', 'item_id']) }}

)

select
    summed.*,
    slots.slice_key
from summed
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        summed.log_name = slots.log_name
        and summed.slice_slot = slots.slice_slot
where summed.slice_slot = 0 or slots.slice_key is not null
