{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, bin version, window, slice, subject, feature and bin. The bin counts of each window, from
    the day cubes. Trailing windows are kept for all rows only, not by slice.
*/
with window_days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    where window_days.granularity != 'lifetime'

),

days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
    from window_days
    group by
        log_name,
        model_id,
        model_version,
        predicted_date

),

/* one text for each bin, so that the long join and grouping below carry few columns */
bins as (

    select
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.predicted_date,
        bins.slice_key,
        concat(
            bins.bin_version, '|', bins.subject, '|', bins.feature_name, '|', bins.bin_kind, '|',
            cast(bins.bin_number as {{ dbt.type_string() }}), '|', coalesce(bins.bin_category, ''), '|',
            case when bins.bin_category is null then 'no category' else '' end, '|', coalesce(bins.slice_key, ''), '|',
            coalesce(bins.slice_value, '')
        ) as bin_id,
        bins.bin_version,
        bins.slice_value,
        bins.subject,
        bins.feature_name,
        bins.bin_kind,
        bins.bin_number,
        bins.bin_category,
        bins.row_count,
        case when bins.is_out_of_range then bins.row_count else 0 end as out_of_range_count
    from {{ ref('int_ml_bins_counted') }} as bins
    inner join days
        on
            bins.log_name = days.log_name
            and bins.model_id = days.model_id
            and bins.model_version = days.model_version
            and bins.predicted_date = days.predicted_date

),

series as (

    select
        log_name,
        model_id,
        model_version,
        bin_id,
        bin_version,
        slice_key,
        slice_value,
        subject,
        feature_name,
        bin_kind,
        bin_number,
        bin_category,
        row_number() over (
            order by log_name asc, model_id asc, model_version asc, bin_id asc
        ) as series_number
    from bins
    group by
        log_name,
        model_id,
        model_version,
        bin_id,
        bin_version,
        slice_key,
        slice_value,
        subject,
        feature_name,
        bin_kind,
        bin_number,
        bin_category

),

day_bins as (

    select
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.predicted_date,
        series.series_number,
        bins.slice_key is not null as is_slice,
        sum(bins.row_count) as row_count,
        sum(bins.out_of_range_count) as out_of_range_count
    from bins
    inner join series
        on
            bins.log_name = series.log_name
            and bins.model_id = series.model_id
            and bins.model_version = series.model_version
            and bins.bin_id = series.bin_id
    group by
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.predicted_date,
        series.series_number,
        bins.slice_key is not null

),

counted as (

    select
        day_bins.series_number,
        window_days.granularity,
        window_days.window_start,
        window_days.window_end,
        cast(sum(day_bins.row_count) as {{ dbt.type_bigint() }}) as row_count,
        cast(sum(day_bins.out_of_range_count) as {{ dbt.type_bigint() }}) as out_of_range_count
    from day_bins
    inner join window_days
        on
            day_bins.log_name = window_days.log_name
            and day_bins.model_id = window_days.model_id
            and day_bins.model_version = window_days.model_version
            and day_bins.predicted_date = window_days.predicted_date
    where not day_bins.is_slice or window_days.granularity in ('day', 'week', 'month', 'reference')
    group by
        day_bins.series_number,
        window_days.granularity,
        window_days.window_start,
        window_days.window_end

)

select
    series.log_name,
    series.model_id,
    series.model_version,
    series.bin_version,
    counted.granularity,
    counted.window_start,
    counted.window_end,
    series.slice_key,
    series.slice_value,
    series.subject,
    series.feature_name,
    series.bin_kind,
    series.bin_number,
    series.bin_category,
    counted.row_count,
    counted.out_of_range_count
from counted
inner join series
    on counted.series_number = series.series_number
