{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set series = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'known_at', 'slice_key', 'slice_value', 'metric_name'] %}
/*
    Grain: log, model, version, window, known_at (null = now), slice and metric of a request. Number of requests that count, sum and sum of
    squared deviations of a window. A metric counts every request with a known outcome, one that ends in _relevant those
    of them with a relevant item. Days merge by M2 = sum M2_d + sum n_d (mean_d - mean)^2 (Chan, Golub, LeVeque 1983).
*/
with days as (

    {%- for denominator, suffix in [('answered', ''), ('relevant', '_relevant')] %}
    {%- set is_last_denominator = loop.last %}
    {%- for metric in ml_monitor.request_metrics() %}
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        known_date,
        superseded_date,
        slice_key,
        slice_value,
        '{{ metric }}{{ suffix }}' as metric_name,
        request_count,
        {{ 'answered_count' if denominator == 'answered' else 'relevant_request_count' }} as counted_count,
        {{ metric }}_sum as value_sum,
        {{ metric }}_{{ denominator }}_deviation as deviation_square_sum
    from {{ ref('int_ml_requests_summed') }}
    {{ 'union all' if not (loop.last and is_last_denominator) }}
    {%- endfor %}
    {%- endfor %}

),

{{ ml_monitor.known_window_rows_of('days', 'ranking') }},

centred as (

    select
        window_rows.*,
        {{ ml_monitor.safe_divide('sum(value_sum) over whole', 'sum(counted_count) over whole') }} as window_mean,
        {{ ml_monitor.safe_divide('value_sum', 'counted_count') }} as day_mean
    from window_rows
    window
        whole as (
            partition by {{ series | join(', ') }}
        )

)

select
    {{ series | join(',\n    ') }},
    cast(sum(request_count) as {{ dbt.type_bigint() }}) as request_count,
    cast(sum(counted_count) as {{ dbt.type_bigint() }}) as counted_count,
    sum(value_sum) as value_sum,
    sum(
        deviation_square_sum + coalesce(counted_count * (day_mean - window_mean) * (day_mean - window_mean), 0)
    ) as deviation_square_sum
from centred
group by
    {{ series | join(',\n    ') }}
