/*
    What was known when a month ended, what is known now, and how far the first report was off: one row a month. The
    example is the hotel model of `make sample`, whose cancellations are seen early and whose stays late.
*/
select
    reports.model_id,
    reports.model_version,
    reports.window_start,
    reports.metric_name,
    reports.known_at as first_reported_at,
    reports.label_coverage as first_label_coverage,
    reports.metric_value as first_reported_value,
    reports.is_final as was_final,
    reports.status_reason as first_status_reason,
    latest.known_at as current_at,
    latest.label_coverage as current_label_coverage,
    reports.current_value,
    reports.final_value,
    reports.restatement
from {{ ref('fct_ml_performance_as_known') }} as reports
inner join {{ ref('fct_ml_performance_as_known') }} as latest
    on
        reports.model_id = latest.model_id
        and reports.model_version = latest.model_version
        and reports.granularity = latest.granularity
        and reports.window_start = latest.window_start
        and reports.metric_name = latest.metric_name
        and latest.report_kind = 'current'
where
    reports.model_id = 'hotel_cancellations'
    and reports.granularity = 'month'
    and reports.metric_name in ('roc_auc', 'base_rate')
    and reports.report_kind = 'first_reported'
order by
    reports.model_version asc,
    reports.metric_name asc,
    reports.window_start asc
