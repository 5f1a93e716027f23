/*
    Grain: log, model, version and window with outcomes. How many whole days the outcomes of the window took, in
    calendar days from prediction to observation. Quantiles by linear interpolation between the two nearest outcomes in
    order, as numpy and scipy do: position p (n - 1) among outcomes numbered from 0.
*/
with delays as (

    select
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.delay_days,
        sum(cubes.labelled_count) as labelled_count
    from {{ ref('int_ml_label_delays_counted') }} as cubes
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    group by
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.delay_days

),

cumulated as (

    select
        delays.*,
        sum(delays.labelled_count) over so_far as labelled_so_far,
        sum(delays.labelled_count) over whole_window as window_count
    from delays
    window
        so_far as (
            partition by delays.log_name, delays.model_id, delays.model_version, delays.granularity, delays.window_start
            order by delays.delay_days asc
            rows between unbounded preceding and current row
        ),
        whole_window as (
            partition by delays.log_name, delays.model_id, delays.model_version, delays.granularity, delays.window_start
        )

),

{%- set shares = {'p50': '0.5', 'p90': '0.9'} %}

placed as (

    select
        cumulated.*,
        cumulated.labelled_so_far - cumulated.labelled_count as labelled_before
        {%- for name, share in shares.items() %},
        {{ ml_monitor.double_literal(share) }} * (cumulated.window_count - 1) as {{ name }}_position
        {%- endfor %}
    from cumulated

),

neighbours as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        sum(delay_days * labelled_count) as delay_sum,
        sum(labelled_count) as labelled_count,
        min(delay_days) as delay_minimum,
        max(delay_days) as delay_maximum
        {%- for name in shares %},
        max({{ name }}_position - floor({{ name }}_position)) as {{ name }}_fraction,
        max(case when floor({{ name }}_position) >= labelled_before and floor({{ name }}_position) < labelled_so_far then delay_days end) as {{ name }}_below,
        max(case when ceil({{ name }}_position) >= labelled_before and ceil({{ name }}_position) < labelled_so_far then delay_days end) as {{ name }}_above
        {%- endfor %}
    from placed
    group by
        log_name,
        model_id,
        model_version,
        granularity,
        window_start

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    {%- for name in shares %}
    {{ name }}_below + {{ name }}_fraction * ({{ name }}_above - {{ name }}_below) as delay_{{ name }},
    {%- endfor %}
    {{ ml_monitor.safe_divide('delay_sum', 'labelled_count') }} as delay_mean,
    cast(delay_minimum as {{ dbt.type_bigint() }}) as delay_minimum,
    cast(delay_maximum as {{ dbt.type_bigint() }}) as delay_maximum
from neighbours
