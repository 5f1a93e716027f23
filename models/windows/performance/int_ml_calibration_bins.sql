/*
    Grain: log, model, version, window, slice, binning and bin with labelled scores. How often happened what was said, in
    ten bins of the score:
      uniform   equal bins of [0, 1], bin k being ((k - 1) / 10, k / 10], with 0 in the first; every window
      quantile  the bins of scikit-learn's calibration_curve(strategy='quantile'), whose edges are the deciles of the window's
                scores with linear interpolation; weeks, months, reference and lifetime. Where the window comes from
                score cells (is_exact is false) the edges are those of cells.
    ece_contribution adds up to the expected calibration error (Naeini et al. 2015).
*/
with uniform as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        'uniform' as binning,
        cubes.calibration_bin as bin_number,
        true as is_exact,
        {{ ml_monitor.safe_divide('cubes.calibration_bin - 1', '10') }} as bin_lower,
        {{ ml_monitor.safe_divide('cubes.calibration_bin', '10') }} as bin_upper,
        cast(sum(cubes.labelled_count) as {{ dbt.type_bigint() }}) as labelled_count,
        cast(sum(cubes.positive_count) as {{ dbt.type_bigint() }}) as positive_count,
        sum(cubes.score_sum) as score_sum
    from {{ ref('int_ml_calibration_counted') }} as cubes
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.calibration_bin

),

/* what lies around the edge between a band and the next: the decile is interpolated between these two scores */
neighbours as (

    select
        bands.*,
        sum(bands.labelled_count) over ascending as rows_to_here,
        sum(bands.labelled_count) over whole_window as labelled_total,
        lag(bands.score_maximum) over ascending as score_below,
        lead(bands.score_minimum) over ascending as score_above
    from {{ ref('int_ml_score_bands') }} as bands
    where bands.banding = 'quantile'
    window
        whole_window as (
            partition by
                bands.log_name, bands.model_id, bands.model_version, bands.granularity, bands.window_start,
                bands.slice_key, bands.slice_value
        ),
        ascending as (
            partition by
                bands.log_name, bands.model_id, bands.model_version, bands.granularity, bands.window_start,
                bands.slice_key, bands.slice_value
            order by bands.band_number asc
            rows between unbounded preceding and current row
        )

),

positions as (

    select
        neighbours.*,
        {{ ml_monitor.safe_divide('(neighbours.band_number - 1) * (neighbours.labelled_total - 1)', '10') }} as lower_position,
        {{ ml_monitor.safe_divide('neighbours.band_number * (neighbours.labelled_total - 1)', '10') }} as upper_position
    from neighbours

),

quantile as (

    select
        positions.log_name,
        positions.model_id,
        positions.model_version,
        positions.granularity,
        positions.window_start,
        positions.slice_key,
        positions.slice_value,
        'quantile' as binning,
        positions.band_number as bin_number,
        positions.is_exact,
        case
            when not positions.is_exact or positions.score_below is null then positions.score_minimum
            when floor(positions.lower_position) + 1 < positions.rows_to_here - positions.labelled_count then positions.score_below
            else positions.score_below
                + (positions.score_minimum - positions.score_below) * (positions.lower_position - floor(positions.lower_position))
        end as bin_lower,
        case
            when not positions.is_exact or positions.score_above is null then positions.score_maximum
            when floor(positions.upper_position) + 1 < positions.rows_to_here then positions.score_maximum
            else positions.score_maximum
                + (positions.score_above - positions.score_maximum) * (positions.upper_position - floor(positions.upper_position))
        end as bin_upper,
        positions.labelled_count,
        positions.positive_count,
        positions.score_sum
    from positions

),

bins as (

    select * from uniform
    union all
    select * from quantile

),

rated as (

    select
        bins.*,
        {{ ml_monitor.safe_divide('bins.score_sum', 'bins.labelled_count') }} as mean_score,
        {{ ml_monitor.safe_divide('bins.positive_count', 'bins.labelled_count') }} as observed_rate,
        sum(bins.labelled_count) over (
            partition by
                bins.log_name, bins.model_id, bins.model_version, bins.granularity, bins.window_start, bins.slice_key,
                bins.slice_value, bins.binning
        ) as labelled_total
    from bins

)

select
    rated.log_name,
    rated.model_id,
    rated.model_version,
    rated.granularity,
    rated.window_start,
    rated.slice_key,
    rated.slice_value,
    rated.binning,
    rated.bin_number,
    rated.is_exact,
    rated.bin_lower,
    rated.bin_upper,
    rated.labelled_count,
    rated.positive_count,
    rated.mean_score,
    rated.observed_rate,
    {{ ml_monitor.safe_divide('rated.labelled_count * abs(rated.observed_rate - rated.mean_score)', 'rated.labelled_total') }} as ece_contribution
from rated
