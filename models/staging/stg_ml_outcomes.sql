/*
    Grain: one raw outcome row, as in input_ml_outcomes, with what is wrong with it.
    row_fault is null where the row can be used, else the first fault found. Whether its prediction exists, and
    whether it is the newest of several, takes other rows and is judged further down. abs() may fail in DuckDB, which therefore
    reads actual_value once before it filters by row_fault, and not once a condition.
*/
with outcomes as (

    select * from {{ ref('input_ml_outcomes') }}

),

typed as (

    select
        outcomes.*,
        case
            when outcomes.task in ('binary_classification', 'ranking') and lower(outcomes.actual) in ('true', 't') then 1
            when outcomes.task in ('binary_classification', 'ranking') and lower(outcomes.actual) in ('false', 'f') then 0
            when outcomes.task != 'multiclass_classification' then {{ ml_monitor.try_cast('outcomes.actual', 'float') }}
        end as actual_value
    from outcomes

)

select
    log_name,
    task,
    prediction_id,
    request_id,
    item_id,
    observed_at,
    cast(coalesce(observed_at, cast('1900-01-01' as timestamp)) as date) as observed_date,
    case when task = 'multiclass_classification' then actual end as actual_label,
    cast(actual_value as {{ ml_monitor.type_double() }}) as actual_value,
    loaded_at,
    raw_values,
    case
        when prediction_id is null then 'null_prediction_id'
        when not has_observed_at then 'null_timestamp'
        when observed_at is null then 'unparsable_timestamp'
        when observed_at > {{ ml_monitor.as_of() }} then 'timestamp_in_future'
        when loaded_at > {{ ml_monitor.as_of() }} then 'timestamp_in_future'
        when actual is null then 'null_actual'
        when task = 'multiclass_classification' then null
        when actual_value is null then 'unparsable_actual'
        when not {{ ml_monitor.is_finite('actual_value') }} then 'actual_not_finite'
        when abs(actual_value) > {{ ml_monitor.double_literal('1e70') }} then 'actual_out_of_range'
        when task = 'binary_classification' and actual_value not in (0, 1) then 'unknown_actual'
        when task = 'ranking' and actual_value < 0 then 'actual_out_of_range'
    end as row_fault
from typed
