{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set series = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
/*
    Grain: log, model, version, window and slice with a relevant item. What a dummy earns that shows everybody the ten most
    popular items of the reference (Cremonesi, Koren and Turrin 2010: TopPop): the sum of its NDCG@10 over the requests.
*/
select
    gains.log_name,
    gains.model_id,
    gains.model_version,
    window_days.granularity,
    window_days.window_start,
    gains.slice_key,
    gains.slice_value,
    sum({{ ml_monitor.discounted_gain('gains.gain_share_sum', 'reference_items.popularity_rank') }}) as dummy_ndcg_at_10_sum
from {{ ref('int_ml_item_gains_summed') }} as gains
inner join {{ ref('int_ml_window_days') }} as window_days
    on
        gains.log_name = window_days.log_name
        and gains.model_id = window_days.model_id
        and gains.model_version = window_days.model_version
        and gains.predicted_date = window_days.predicted_date
inner join {{ ref('int_ml_reference_items') }} as reference_items
    on
        gains.log_name = reference_items.log_name
        and gains.model_id = reference_items.model_id
        and gains.model_version = reference_items.model_version
        and gains.item_id = reference_items.item_id
        and reference_items.popularity_rank <= 10
where gains.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
group by
    {%- for key in series %}
    {{ 'window_days' if key in ['granularity', 'window_start'] else 'gains' }}.{{ key }}{{ ',' if not loop.last }}
    {%- endfor %}
