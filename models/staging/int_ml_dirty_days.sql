{{ config(materialized='table') }}
/*
    Grain: log and day. The days that this build replaces, with the state of the raw tables in which they were found: the
    next build sees by it whether this one came to its end (int_ml_days_built holds the same state then). A table apart
    from int_ml_days_touched, which reads the one of the last build; written before anything is replaced, because
    all that is replaced joins it.
    has_changed_values: some number whose drift is measured may have changed; outcomes are such numbers in regression only.
*/
with touched_days as (

    select * from {{ ref('int_ml_days_touched') }}

),

raw_states as (

    select {{ ml_monitor.raw_state('raw_days') }} as raw_state
    from {{ ref('int_ml_raw_days_signed') }} as raw_days

)

select
    touched_days.log_name,
    touched_days.dirty_date,
    touched_days.has_changed_rows,
    touched_days.has_changed_rows or numeric_labels.log_name is not null as has_changed_values,
    raw_states.raw_state
from touched_days
cross join raw_states
left join {{ ref('int_ml_drift_subjects') }} as numeric_labels
    on
        touched_days.log_name = numeric_labels.log_name
        and numeric_labels.subject = 'label'
        and numeric_labels.feature_kind = 'numeric'
