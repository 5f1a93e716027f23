{{ config(materialized='view') }}
/*
    Grain: log, model, version, bin version, day, slice, subject, feature and bin. Feature bins and score bins under one
    roof; rows outside the range of the reference are part of their bin.
*/
select
    log_name,
    model_id,
    model_version,
    bin_version,
    predicted_date,
    slice_key,
    slice_value,
    'feature' as subject,
    feature_name,
    bin_kind,
    bin_number,
    bin_category,
    is_out_of_range,
    row_count
from {{ ref('int_ml_feature_bins_counted') }}
union all
select
    log_name,
    model_id,
    model_version,
    bin_version,
    predicted_date,
    slice_key,
    slice_value,
    subject,
    feature_name,
    bin_kind,
    bin_number,
    bin_category,
    is_out_of_range,
    row_count
from {{ ref('int_ml_score_bins_counted') }}
