{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The mix and rate effects of the values of a slice add up to the change of the metric, and their shares to 1 in both
    windows, within 1e-9 (relative to the largest of the numbers where that is above 1).
*/
with added_up as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        baseline_name,
        metric_name,
        slice_key,
        max(difference) as difference,
        max(greatest(abs(metric_value), abs(reference_value))) as size,
        sum(mix_contribution + rate_contribution) as contribution_sum,
        sum(contribution) as shown_sum,
        sum(window_share) as window_share_sum,
        sum(baseline_share) as baseline_share_sum
    from {{ ref('fct_ml_change_decomposition') }}
    group by
        model_id,
        model_version,
        granularity,
        window_start,
        baseline_name,
        metric_name,
        slice_key

)

select *
from added_up
where
    contribution_sum is null
    or abs(difference - contribution_sum) > {{ ml_monitor.double_literal('1e-9') }} * greatest(1, size)
    or abs(difference - shown_sum) > {{ ml_monitor.double_literal('1e-9') }} * greatest(1, size)
    or abs(1 - window_share_sum) > {{ ml_monitor.double_literal('1e-9') }}
    or abs(1 - baseline_share_sum) > {{ ml_monitor.double_literal('1e-9') }}
