{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Every threshold that a person decided names a metric of dim_ml_metrics, one whose comparison says what the threshold
    is held against, and a slice value only with its slice key: else the row applies to nothing, or the wrong way round.
*/
select
    policy.*,
    case
        when metrics.metric_name is null then 'unknown metric_name'
        when metrics.comparison is null then 'metric without a comparison'
        else 'slice_value without slice_key'
    end as problem
from {{ ref('int_ml_threshold_policy') }} as policy
left join {{ ref('dim_ml_metrics') }} as metrics
    on policy.metric_name = metrics.metric_name
where
    coalesce(metrics.comparison, '') = ''
    or (policy.slice_value is not null and coalesce(policy.slice_key, '') = '')
