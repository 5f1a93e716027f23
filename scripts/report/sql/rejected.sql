/* Rows in quarantine by log and reason. Rows without a readable date stand under 1900-01-01. */
select
    log_name,
    source_name,
    row_status,
    reject_reason,
    count(*) as row_count,
    min(case when raw_date > date '1900-01-01' then raw_date end) as first_date,
    max(case when raw_date > date '1900-01-01' then raw_date end) as last_date
from {marts}.fct_ml_rejected_rows
group by
    log_name,
    source_name,
    row_status,
    reject_reason
order by
    row_count desc,
    source_name,
    reject_reason
