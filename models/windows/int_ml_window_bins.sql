{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, bin version, window, slice, subject, feature and bin. The bin counts of each window, from
    the day cubes. Trailing windows are kept for all rows only, not by slice.
*/
with window_days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}

),

bins as (

    select * from {{ ref('int_ml_bins_counted') }}

)

select
    bins.log_name,
    bins.model_id,
    bins.model_version,
    bins.bin_version,
    window_days.granularity,
    window_days.window_start,
    window_days.window_end,
    bins.slice_key,
    bins.slice_value,
    bins.subject,
    bins.feature_name,
    bins.bin_kind,
    bins.bin_number,
    bins.bin_category,
    cast(sum(bins.row_count) as {{ dbt.type_bigint() }}) as row_count,
    cast(coalesce(sum(bins.row_count) filter (where bins.is_out_of_range), 0) as {{ dbt.type_bigint() }}) as out_of_range_count
from bins
inner join window_days
    on
        bins.log_name = window_days.log_name
        and bins.model_id = window_days.model_id
        and bins.model_version = window_days.model_version
        and bins.predicted_date = window_days.predicted_date
where
    window_days.granularity != 'lifetime'
    and (bins.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference'))
group by
    bins.log_name,
    bins.model_id,
    bins.model_version,
    bins.bin_version,
    window_days.granularity,
    window_days.window_start,
    window_days.window_end,
    bins.slice_key,
    bins.slice_value,
    bins.subject,
    bins.feature_name,
    bins.bin_kind,
    bins.bin_number,
    bins.bin_category
