/*
    A metric with a value and thirty rows whose interval is null, although dim_ml_metrics names a method. Left out: values at
    the end of their range or of no agreement at all, where the rows say nothing of the error (a perfect classifier, one that
    says the same of everything), and windows for which the method says that there is none.
*/
select
    performance.model_id,
    performance.model_version,
    performance.granularity,
    performance.window_start,
    performance.slice_key,
    performance.slice_value,
    performance.metric_name,
    performance.metric_value,
    performance.sample_count
from {{ ref('fct_ml_performance') }} as performance
inner join {{ ref('dim_ml_models') }} as models
    on
        performance.model_id = models.model_id
        and performance.model_version = models.model_version
inner join {{ ref('dim_ml_metrics') }} as metrics
    on
        models.task = metrics.task
        and performance.metric_name = metrics.metric_name
left join {{ ref('int_ml_ranked_windows') }} as ranked
    on
        performance.model_id = ranked.model_id
        and performance.model_version = ranked.model_version
        and performance.granularity = ranked.granularity
        and performance.window_start = ranked.window_start
        and coalesce(performance.slice_key, '') = coalesce(ranked.slice_key, '')
        and coalesce(performance.slice_value, '') = coalesce(ranked.slice_value, '')
where
    metrics.area = 'performance'
    and metrics.interval_method not like 'none%'
    and performance.metric_value is not null
    and performance.sample_count >= 30
    and (performance.ci_lower is null or performance.ci_upper is null)
    and abs(performance.metric_value) > 1e-12
    and abs(performance.metric_value - coalesce(metrics.range_lower, performance.metric_value - 1)) > 1e-12
    and abs(performance.metric_value - coalesce(metrics.range_upper, performance.metric_value - 1)) > 1e-12
    /* AUC: one row of a class has no spread of placements */
    and not (
        performance.metric_name in ('roc_auc', 'gini')
        and (ranked.positive_count < 2 or ranked.negative_count < 2 or ranked.roc_auc = 0.5)
    )
    and not (performance.metric_name = 'tracking_signal' and performance.sample_count - abs(performance.metric_value) < 1e-6)
    and not (
        performance.metric_name = 'ks_separation'
        and (
            performance.slice_key is not null
            or performance.granularity not in ('week', 'month', 'reference', 'lifetime')
        )
    )
