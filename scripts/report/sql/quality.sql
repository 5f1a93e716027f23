/* Data quality by day and week, newest versions. */
select
    quality.model_id,
    quality.metric_name,
    quality.feature_name,
    quality.granularity,
    quality.window_start,
    quality.metric_value,
    quality.reference_value,
    quality.status
from {marts}.fct_ml_data_quality as quality
inner join {marts}.dim_ml_models as models
    on
        quality.model_id = models.model_id
        and quality.model_version = models.model_version
where
    models.is_newest_version
    and quality.granularity in ('day', 'week')
    and quality.slice_key is null
    and quality.is_complete
