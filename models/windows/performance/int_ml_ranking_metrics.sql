{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
{%- set double = ml_monitor.type_double() %}
/*
    Grain: log, model, version, window, known_at (null = now), slice and metric. Every metric of ranking models; those that
    need a catalogue or a reference are there as of now only. Those of a request are means over requests, which are the
    independent unit: sample_count is requests, of window_count requests in the window, and the standard error comes from
    their variance. Those of the first ten places count places, of window_count predictions; the catalogue is every item that
    the log showed before the end of the window.
*/
with request_windows as (

    select * from {{ ref('int_ml_request_windows') }}

),

first_days as (

    select
        log_name,
        item_id,
        min(predicted_date) as first_date
    from {{ ref('int_ml_items_counted') }}
    where
        slice_key is null
        and slot_count > 0
    group by
        log_name,
        item_id

),

new_items as (

    select
        log_name,
        first_date,
        count(*) as item_count
    from first_days
    group by
        log_name,
        first_date

),

windows as (

    select
        log_name,
        granularity,
        window_start,
        window_end
    from {{ ref('int_ml_windows') }}
    where task = 'ranking'
    group by
        log_name,
        granularity,
        window_start,
        window_end

),

catalogues as (

    select
        windows.log_name,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        sum(new_items.item_count) as catalogue_count
    from windows
    inner join new_items
        on
            windows.log_name = new_items.log_name
            and windows.window_end > new_items.first_date
    group by
        windows.log_name,
        windows.granularity,
        windows.window_start,
        windows.window_end

),

item_windows as (

    select
        item_windows.*,
        catalogues.catalogue_count,
        counts.prediction_count
    from {{ ref('int_ml_item_windows') }} as item_windows
    inner join {{ ref('int_ml_window_counts') }} as counts
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}item_windows.{{ key }} = counts.{{ key }}
            {%- endfor %}
            and coalesce(item_windows.slice_key, '') = coalesce(counts.slice_key, '')
            and coalesce(item_windows.slice_value, '') = coalesce(counts.slice_value, '')
    inner join catalogues
        on
            counts.log_name = catalogues.log_name
            and counts.granularity = catalogues.granularity
            and counts.window_start = catalogues.window_start
            and counts.window_end = catalogues.window_end

),

versions_with_reference as (

    select
        log_name,
        model_id,
        model_version
    from {{ ref('int_ml_reference_items') }}
    group by
        log_name,
        model_id,
        model_version

),

/* beside the model's NDCG over the same requests; nothing relevant among its ten items is 0 */
dummies as (

    select
        request_windows.*,
        coalesce(dummies.dummy_ndcg_at_10_sum, 0) as dummy_ndcg_at_10_sum
    from request_windows
    inner join versions_with_reference
        on
            {%- for key in keys[:3] %}
            {{ 'and ' if not loop.first }}request_windows.{{ key }} = versions_with_reference.{{ key }}
            {%- endfor %}
    left join {{ ref('int_ml_popularity_dummies') }} as dummies
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}request_windows.{{ key }} = dummies.{{ key }}
            {%- endfor %}
            and coalesce(request_windows.slice_key, '') = coalesce(dummies.slice_key, '')
            and coalesce(request_windows.slice_value, '') = coalesce(dummies.slice_value, '')
    where
        request_windows.metric_name = 'ndcg_at_10'
        and request_windows.known_at is null

)

select
    {{ keys | join(',\n    ') }},
    known_at,
    metric_name,
    {{ ml_monitor.safe_divide('value_sum', 'counted_count') }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(counted_count as {{ double }}) as sample_count,
    case when metric_name in ('hit_rate_at_10', 'hit_rate_at_10_relevant') then cast(value_sum as {{ double }}) end as success_count,
    {{ ml_monitor.mean_standard_error('deviation_square_sum', 'cast(counted_count as ' ~ double ~ ')') }} as standard_error,
    request_count as window_count
from request_windows
union all
select
    {{ keys | join(',\n    ') }},
    known_at,
    'ndcg_at_10_lift' as metric_name,
    {{ ml_monitor.safe_divide('value_sum - dummy_ndcg_at_10_sum', 'counted_count') }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(counted_count as {{ double }}) as sample_count,
    cast(null as {{ double }}) as success_count,
    cast(null as {{ double }}) as standard_error,
    request_count as window_count
from dummies
{%- for metric, value in [
    ('catalogue_coverage_at_10', ml_monitor.safe_divide('item_count', 'catalogue_count')),
    ('novelty_at_10', ml_monitor.safe_divide('novelty_sum', 'slot_count')),
    ('popularity_at_10', ml_monitor.safe_divide('popularity_sum', 'slot_count')),
    ('diversity_at_10', '1 - ' ~ ml_monitor.safe_divide('slot_square_sum', 'power(slot_count, 2)')),
] %}
union all
select
    {{ keys | join(',\n    ') }},
    cast(null as date) as known_at,
    '{{ metric }}' as metric_name,
    {{ value }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(slot_count as {{ double }}) as sample_count,
    cast(null as {{ double }}) as success_count,
    cast(null as {{ double }}) as standard_error,
    prediction_count as window_count
from item_windows
{%- endfor %}
