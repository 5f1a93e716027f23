/* Label coverage by week, newest versions. */
select
    maturity.*
from {marts}.fct_ml_label_maturity as maturity
inner join {marts}.dim_ml_models as models
    on
        maturity.model_id = models.model_id
        and maturity.model_version = models.model_version
where
    models.is_newest_version
    and maturity.granularity = 'week'
    and maturity.is_complete
    and maturity.metric_value is not null
order by maturity.window_start
