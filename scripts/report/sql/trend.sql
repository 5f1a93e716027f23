/* Performance by week and month, every version. */
select
    performance.*,
    coalesce(thresholds.comparison, 'value') as comparison
from {marts}.fct_ml_performance as performance
left join {marts}.dim_ml_thresholds as thresholds
    on
        performance.model_id = thresholds.model_id
        and performance.metric_name = thresholds.metric_name
        and thresholds.slice_key is null
where
    performance.slice_key is null
    and performance.granularity in ('week', 'month')
    and performance.is_complete
    and performance.metric_value is not null
order by
    performance.window_start,
    performance.model_version
