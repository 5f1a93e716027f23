{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Every raw row of a log's predictions and outcomes is accepted, or stands in the quarantine with a reason. Counted
    per day of the raw row; an outcome that several versions share counts once. Fails with the days that do not add up.
*/
with raw_rows as (

    select
        log_name,
        source_name,
        raw_date,
        row_count as raw_count,
        0 as accepted_count,
        0 as left_out_count
    from {{ ref('int_ml_raw_days_signed') }}
    where source_name in ('predictions', 'outcomes')

),

accepted_predictions as (

    select
        log_name,
        'predictions' as source_name,
        predicted_date as raw_date,
        0 as raw_count,
        count(*) as accepted_count,
        0 as left_out_count
    from {{ ref('fct_ml_predictions') }}
    group by
        log_name,
        predicted_date

),

accepted_outcomes as (

    select
        log_name,
        'outcomes' as source_name,
        cast(observed_at as date) as raw_date,
        0 as raw_count,
        count(distinct prediction_id) as accepted_count,
        0 as left_out_count
    from {{ ref('fct_ml_predictions') }}
    where observed_at is not null
    group by
        log_name,
        cast(observed_at as date)

),

left_out as (

    select
        log_name,
        source_name,
        raw_date,
        0 as raw_count,
        0 as accepted_count,
        count(*) as left_out_count
    from {{ ref('fct_ml_rejected_rows') }}
    where source_name in ('predictions', 'outcomes')
    group by
        log_name,
        source_name,
        raw_date

),

counted as (

    select * from raw_rows
    union all
    select * from accepted_predictions
    union all
    select * from accepted_outcomes
    union all
    select * from left_out

)

select
    log_name,
    source_name,
    raw_date,
    sum(raw_count) as raw_count,
    sum(accepted_count) as accepted_count,
    sum(left_out_count) as left_out_count
from counted
group by
    log_name,
    source_name,
    raw_date
having sum(raw_count) != sum(accepted_count) + sum(left_out_count)
