{{ config(severity='error', tags=['ml_assertion']) }}
/*
    A model version is declared in one log only: marts know it by model_id and model_version, and would mix two.
*/
select
    model_id,
    model_version,
    count(*) as log_count,
    min(log_name) as first_log_name,
    max(log_name) as last_log_name
from {{ ref('int_ml_model_versions') }}
group by
    model_id,
    model_version
having count(*) > 1
