/*
    Grain: log, model, version and reference day, as int_ml_reference_days. The reference days that the last finished
    build knew: policy can exclude a day, or take it back, without a raw row being touched.
    depends on: {{ ref('int_ml_windows_built') }}
*/
select
    log_name,
    model_id,
    model_version,
    bin_version,
    predicted_date
from {{ ref('int_ml_reference_days') }}
