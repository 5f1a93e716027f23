{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day and slice; all rows also by known_date and superseded_date (null = now). Requests, those
    with a known outcome (answered) and those with a relevant item among them; sums of what int_ml_requests_measured says of
    each, with the sums of squared deviations from the day's mean over the answered and over the relevant ones, which merge
    without cancellation (Chan, Golub, LeVeque 1983).
*/
with requests as (

    select
        requests.*,
        case when requests.has_outcomes and requests.relevant_count > 0 then 1 end as has_relevant
    from {{ ref('int_ml_requests_measured') }} as requests
    {{ ml_monitor.in_dirty_days('requests', 'predicted_date') }}

),

counted as (

    select
        requests.log_name,
        requests.model_id,
        requests.model_version,
        requests.predicted_date,
        requests.known_date,
        requests.superseded_date,
        {{ ml_monitor.slice_slot('requests') }} as slice_slot,
        {{ ml_monitor.slice_value('requests') }} as slice_value,
        count(*) as request_count,
        count(*) filter (where requests.has_outcomes) as answered_count,
        count(requests.has_relevant) as relevant_request_count
        {%- for metric in ml_monitor.request_metrics() %},
        coalesce(sum(requests.{{ metric }}), 0) as {{ metric }}_sum,
        coalesce(var_pop(requests.{{ metric }}) * count(requests.{{ metric }}), 0) as {{ metric }}_answered_deviation,
        coalesce(
            var_pop(requests.{{ metric }} * requests.has_relevant) * count(requests.has_relevant), 0
        ) as {{ metric }}_relevant_deviation
        {%- endfor %}
    from requests
    group by
        {{ ml_monitor.grouping_sets_by_slice(
            'requests', ['log_name', 'model_id', 'model_version', 'predicted_date', 'superseded_date'], all_rows_keys=['known_date']
        ) }}

)

select
    counted.*,
    slots.slice_key
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.slice_slot = 0
    or (slots.slice_key is not null and counted.superseded_date is null)
