{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The contributions of the bins of a window and feature add up to the PSI that fct_ml_drift shows, within 1e-9; a PSI
    without bins behind it fails too.
*/
with both_sides as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        baseline_name,
        bin_version,
        subject,
        feature_name,
        metric_value as psi,
        cast(null as {{ ml_monitor.type_double() }}) as psi_contribution
    from {{ ref('fct_ml_drift') }}
    where
        metric_name = 'psi'
        and metric_value is not null
    union all
    select
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        baseline_name,
        bin_version,
        subject,
        feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as psi,
        psi_contribution
    from {{ ref('fct_ml_drift_bins') }}

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name,
    max(psi) as psi,
    sum(psi_contribution) as contribution_sum
from both_sides
group by
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name
having
    count(psi) > 0
    and (
        sum(psi_contribution) is null
        or abs(max(psi) - sum(psi_contribution)) > {{ ml_monitor.double_literal('1e-9') }}
    )
