{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The bins of a window hold every labelled row, and their contributions add up to the calibration errors that
    fct_ml_performance shows, within 1e-9; a value without bins behind it fails too.
*/
with shown as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, '') as slice_key,
        coalesce(slice_value, '') as slice_value,
        case metric_name when 'ece' then 'uniform' else 'quantile' end as binning,
        labelled_count,
        metric_value
    from {{ ref('fct_ml_performance') }}
    where
        metric_name in ('ece', 'ece_quantile')
        and metric_value is not null

),

added_up as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, '') as slice_key,
        coalesce(slice_value, '') as slice_value,
        binning,
        sum(labelled_count) as labelled_count,
        sum(ece_contribution) as contribution_sum
    from {{ ref('fct_ml_calibration') }}
    group by
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, ''),
        coalesce(slice_value, ''),
        binning

)

select
    shown.*,
    added_up.contribution_sum
from shown
left join added_up
    on
        shown.model_id = added_up.model_id
        and shown.model_version = added_up.model_version
        and shown.granularity = added_up.granularity
        and shown.window_start = added_up.window_start
        and shown.slice_key = added_up.slice_key
        and shown.slice_value = added_up.slice_value
        and shown.binning = added_up.binning
where
    added_up.contribution_sum is null
    or added_up.labelled_count != shown.labelled_count
    or abs(added_up.contribution_sum - shown.metric_value) > {{ ml_monitor.double_literal('1e-9') }}
