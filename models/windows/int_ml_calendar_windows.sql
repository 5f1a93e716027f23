/*
    Grain: granularity, window and calendar day inside it. Calendar days, weeks (from Monday) and months, and the
    windows of 7 and 28 days that end with each day. All windows are half-open: [window_start, window_end).
*/
with span as (

    select
        min(first_predicted_date) as first_date,
        max(last_predicted_date) as last_date
    from {{ ref('int_ml_model_versions') }}

),

numbers as (

    {{ dbt.generate_series(16384) }}

),

days as (

    select cast(span.first_date + cast(numbers.generated_number - 1 as int) as date) as calendar_date
    from span
    cross join numbers
    where numbers.generated_number - 1 <= {{ ml_monitor.days_between('span.first_date', 'span.last_date') }}

)

select
    'day' as granularity,
    days.calendar_date as window_start,
    cast(days.calendar_date + 1 as date) as window_end,
    days.calendar_date
from days
union all
select
    'week' as granularity,
    cast(date_trunc('week', days.calendar_date) as date) as window_start,
    cast(cast(date_trunc('week', days.calendar_date) as date) + 7 as date) as window_end,
    days.calendar_date
from days
union all
select
    'month' as granularity,
    cast(date_trunc('month', days.calendar_date) as date) as window_start,
    cast(date_trunc('month', cast(date_trunc('month', days.calendar_date) as date) + 32) as date) as window_end,
    days.calendar_date
from days
{%- for length in [7, 28] %}
union all
select
    'trailing_{{ length }}d' as granularity,
    cast(last_days.calendar_date - {{ length - 1 }} as date) as window_start,
    cast(last_days.calendar_date + 1 as date) as window_end,
    days.calendar_date
from days
inner join days as last_days
    on
        days.calendar_date <= last_days.calendar_date
        and days.calendar_date > last_days.calendar_date - {{ length }}
{%- endfor %}
