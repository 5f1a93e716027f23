{{ config(severity='error', tags=['ml_assertion']) }}
/*
    No warn threshold lies beyond its fail threshold: such a row would fail without ever warning. Looks at the
    thresholds that apply, because a policy row that sets one of the two meets the default of the other.
*/
select
    model_id,
    metric_name,
    feature_name,
    slice_key,
    slice_value,
    warn_threshold,
    fail_threshold,
    threshold_source,
    reason
from {{ ref('dim_ml_thresholds') }}
where warn_threshold > fail_threshold
