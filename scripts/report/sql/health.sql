/* Status and sentence of each model, with what dim_ml_models knows of it. */
select
    health.*,
    models.purpose,
    models.log_name,
    models.first_predicted_date,
    models.prediction_count,
    models.labelled_count,
    models.reference_start,
    models.reference_end
from {marts}.rpt_ml_model_health as health
inner join {marts}.dim_ml_models as models
    on
        health.model_id = models.model_id
        and health.model_version = models.model_version
