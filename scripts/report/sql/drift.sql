/* PSI against the reference by week, newest versions. */
select
    drift.*
from {marts}.fct_ml_drift as drift
inner join {marts}.dim_ml_models as models
    on
        drift.model_id = models.model_id
        and drift.model_version = models.model_version
where
    models.is_newest_version
    and drift.metric_name = 'psi'
    and drift.baseline_name = 'reference'
    and drift.granularity = 'week'
    and drift.slice_key is null
    and drift.is_complete
order by
    drift.window_start,
    drift.subject,
    drift.feature_name
