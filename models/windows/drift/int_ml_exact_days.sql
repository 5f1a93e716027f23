/*
    Grain: log, model, version and day. The days whose values this build reads: those of its exact windows, and those of
    the references that are due.
*/
select
    window_days.log_name,
    window_days.model_id,
    window_days.model_version,
    window_days.predicted_date
from {{ ref('int_ml_exact_windows') }} as windows
inner join {{ ref('int_ml_window_days') }} as window_days
    on
        windows.log_name = window_days.log_name
        and windows.model_id = window_days.model_id
        and windows.model_version = window_days.model_version
        and windows.granularity = window_days.granularity
        and windows.window_start = window_days.window_start
union
select
    reference_days.log_name,
    reference_days.model_id,
    reference_days.model_version,
    reference_days.predicted_date
from {{ ref('int_ml_references_due') }} as due
inner join {{ ref('int_ml_reference_days') }} as reference_days
    on
        due.log_name = reference_days.log_name
        and due.model_id = reference_days.model_id
        and due.model_version = reference_days.model_version
        and due.bin_version = reference_days.bin_version
