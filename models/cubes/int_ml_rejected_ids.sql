/*
    Grain: log and prediction_id that belongs to at least one rejected prediction row. Small; what is not in it needs
    no second look when features are read from the raw prediction table.
*/
select
    log_name,
    prediction_id
from {{ ref('fct_ml_rejected_rows') }}
where
    source_name = 'predictions'
    and prediction_id is not null
group by
    log_name,
    prediction_id
