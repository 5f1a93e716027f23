{{ config(**ml_monitor._replaced_by(
    'int_ml_references_due',
    {'log_name': 'log_name', 'model_id': 'model_id', 'model_version': 'model_version', 'bin_version': 'bin_version'},
    ['log_name', 'model_id', 'model_version', 'bin_version'],
)) }}
/*
    Grain: log, model, version, bin version, slice, subject, feature and value. The distinct finite values of a
    reference, each with the rows up to it and the sum of their values minus the centre (the frozen median, so that sums
    of far values keep their digits). Ranked once; the windows look up ranks instead of sorting the reference again.
*/
with counted as (

    select
        counted.log_name,
        counted.model_id,
        counted.model_version,
        due.bin_version,
        counted.slice_key,
        counted.slice_value,
        counted.subject,
        counted.feature_name,
        counted.counted_value,
        coalesce(quantiles.decile_5, 0) as centre,
        cast(sum(counted.row_count) as {{ dbt.type_bigint() }}) as row_count
    from {{ ref('int_ml_values_counted') }} as counted
    inner join {{ ref('int_ml_references_due') }} as due
        on
            counted.log_name = due.log_name
            and counted.model_id = due.model_id
            and counted.model_version = due.model_version
    inner join {{ ref('int_ml_reference_days') }} as reference_days
        on
            counted.log_name = reference_days.log_name
            and counted.model_id = reference_days.model_id
            and counted.model_version = reference_days.model_version
            and counted.predicted_date = reference_days.predicted_date
            and due.bin_version = reference_days.bin_version
    left join {{ ref('int_ml_reference_quantiles') }} as quantiles
        on
            counted.log_name = quantiles.log_name
            and counted.model_id = quantiles.model_id
            and counted.model_version = quantiles.model_version
            and due.bin_version = quantiles.bin_version
            and counted.subject = quantiles.subject
            and counted.feature_name = quantiles.feature_name
    group by
        counted.log_name,
        counted.model_id,
        counted.model_version,
        due.bin_version,
        counted.slice_key,
        counted.slice_value,
        counted.subject,
        counted.feature_name,
        counted.counted_value,
        coalesce(quantiles.decile_5, 0)

)

select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.bin_version,
    counted.slice_key,
    counted.slice_value,
    counted.subject,
    counted.feature_name,
    counted.centre,
    counted.counted_value,
    counted.row_count,
    cast(sum(counted.row_count) over ranked as {{ dbt.type_bigint() }}) as row_count_at_most,
    sum((counted.counted_value - counted.centre) * counted.row_count) over ranked as value_sum_at_most
from counted
window
    ranked as (
        partition by
            counted.log_name, counted.model_id, counted.model_version, counted.bin_version, counted.slice_key,
            counted.slice_value, counted.subject, counted.feature_name
        order by counted.counted_value asc nulls last
        rows between unbounded preceding and current row
    )
