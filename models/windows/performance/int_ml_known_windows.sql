{%- set periods = ml_monitor.setting('as_known_periods') %}
{%- set dates = ml_monitor.setting('as_known_dates') %}
{%- set month_days = ml_monitor.double_literal('30.4375') %}
/*
    Grain: log, model, version, week or month that is over, and known_at: the dates on which the window is looked back
    at. Its end, every further week (weeks) or month (months) up to the setting as_known_periods, and the dates of the
    setting as_known_dates, all before the day of the as-of moment. Predictions and outcomes that were known before
    each date. A month further on: whole months and 14 days lie in its middle, however long the months between are.
*/
with windows as (

    select windows.*
    from {{ ref('int_ml_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    where
        windows.granularity in ('week', 'month')
        and logs.has_outcomes

),

numbers as (

    {{ dbt.generate_series(periods + 1) }}

),

looks as (

    select
        windows.*,
        case
            when windows.granularity = 'week'
                then cast(windows.window_end + cast(7 * (numbers.generated_number - 1) as int) as date)
            else cast(date_trunc('month', windows.window_end + cast(floor({{ month_days }} * (numbers.generated_number - 1)) + 14 as int)) as date)
        end as known_at
    from windows
    cross join numbers
    {%- for date in dates %}
    union
    select
        windows.*,
        cast('{{ date }}' as date) as known_at
    from windows
    {%- endfor %}

),

known_windows as (

    select * from looks
    where
        known_at >= window_end
        and known_at < cast({{ ml_monitor.as_of() }} as date)

),

counted as (

    select
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.known_at,
        {%- for column in ['prediction_count', 'predicted_positive_count', 'score_sum', 'labelled_count'] %}
        sum(cubes.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from known_windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            known_windows.log_name = window_days.log_name
            and known_windows.model_id = window_days.model_id
            and known_windows.model_version = window_days.model_version
            and known_windows.granularity = window_days.granularity
            and known_windows.window_start = window_days.window_start
    inner join {{ ref('int_ml_known_labels_counted') }} as cubes
        on
            window_days.log_name = cubes.log_name
            and window_days.model_id = cubes.model_id
            and window_days.model_version = cubes.model_version
            and window_days.predicted_date = cubes.predicted_date
    where {{ ml_monitor.is_known_before('cubes', 'known_windows.known_at') }}
    group by
        known_windows.log_name,
        known_windows.model_id,
        known_windows.model_version,
        known_windows.granularity,
        known_windows.window_start,
        known_windows.known_at

)

select
    known_windows.log_name,
    known_windows.task,
    known_windows.model_id,
    known_windows.model_version,
    known_windows.granularity,
    known_windows.window_start,
    known_windows.window_end,
    known_windows.known_at,
    cast(coalesce(counted.prediction_count, 0) as {{ dbt.type_bigint() }}) as prediction_count,
    cast(coalesce(counted.predicted_positive_count, 0) as {{ dbt.type_bigint() }}) as predicted_positive_count,
    coalesce(counted.score_sum, 0) as score_sum,
    cast(coalesce(counted.labelled_count, 0) as {{ dbt.type_bigint() }}) as labelled_count
from known_windows
left join counted
    on
        known_windows.log_name = counted.log_name
        and known_windows.model_id = counted.model_id
        and known_windows.model_version = counted.model_version
        and known_windows.granularity = counted.granularity
        and known_windows.window_start = counted.window_start
        and known_windows.known_at = counted.known_at
