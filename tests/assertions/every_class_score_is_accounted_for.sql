{{ config(severity='error', tags=['ml_assertion'], enabled=ml_monitor.is_needed('int_ml_class_scores_judged')) }}
/*
    Every raw row of class scores is used or stands in the quarantine, once. Fails with the logs that do not add up.
*/
with counted as (

    select
        log_name,
        1 as raw_count,
        0 as used_count,
        0 as left_out_count
    from {{ ref('input_ml_class_scores') }}
    union all
    select
        log_name,
        0 as raw_count,
        1 as used_count,
        0 as left_out_count
    from {{ ref('int_ml_class_scores_judged') }}
    where reject_reason is null
    union all
    select
        log_name,
        0 as raw_count,
        0 as used_count,
        1 as left_out_count
    from {{ ref('fct_ml_rejected_rows') }}
    where source_name = 'class_scores'

)

select
    log_name,
    sum(raw_count) as raw_count,
    sum(used_count) as used_count,
    sum(left_out_count) as left_out_count
from counted
group by log_name
having sum(raw_count) != sum(used_count) + sum(left_out_count)
