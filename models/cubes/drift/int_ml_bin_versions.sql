/*
    Grain: log, model, version and bin version that has frozen bins. Every day is counted under each of them, so that
    an old reference stays comparable after a new one.
*/
select
    log_name,
    model_id,
    model_version,
    bin_version
from {{ ref('int_ml_reference_quantiles') }}
union
select
    log_name,
    model_id,
    model_version,
    bin_version
from {{ ref('int_ml_reference_categories') }}
