{{ config(**ml_monitor.replaced_by_window()) }}
{%- set steps = 24 %}
/*
    Grain: log, model, version, window, slice and binning with labelled scores. 95 % interval of the expected calibration
    error. The error of a window is above the true one, as chance opens gaps in bins that have none: so the interval is the
    set of true errors under which the measured one is not extreme (test inversion). The measured gap of a bin is normal
    about its true one, its size a folded normal one (Leone, Nelson and Nottingham 1961) with variance p (1 - p) / n, p from
    the bin and two more rows of its mean score. What a true error is made of, and how sure the bins are, is not the same at
    both ends, for each takes what speaks for it:
      lower   gaps in proportion to the measured ones; variance the mean of that and of the one under these gaps, so that
              bins without an event are not taken as sure (a score test, as Wilson's)
      upper   gaps halfway between those and equal ones: chance makes measured gaps more uneven than true ones
    Lower end 0 where no gap at all would do. Between 24 steps up to the highest end possible the ends are interpolated. Null
    where the measured error is 0.
*/
with bins as (

    select
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.granularity,
        bins.window_start,
        bins.slice_key,
        bins.slice_value,
        bins.binning,
        bins.labelled_count,
        bins.ece_contribution,
        bins.mean_score,
        bins.observed_rate - bins.mean_score as gap,
        {{ ml_monitor.safe_divide('bins.positive_count + 2 * bins.mean_score', 'bins.labelled_count + 2') }} as smoothed_rate,
        dense_rank() over (
            order by
                bins.log_name asc, bins.model_id asc, bins.model_version asc, bins.granularity asc, bins.window_start asc,
                bins.slice_key asc nulls first, bins.slice_value asc nulls first, bins.binning asc
        ) as series_number
    from {{ ref('int_ml_calibration_bins') }} as bins
    {{ ml_monitor.in_dirty_windows('bins') }}
    where
        bins.binning = 'uniform'
        or bins.is_exact

),

series as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        binning,
        series_number,
        sum(labelled_count) as labelled_total,
        sum(ece_contribution) as measured_error,
        sqrt(sum(labelled_count * greatest(smoothed_rate * (1 - smoothed_rate), 0))) / sum(labelled_count) as largest_deviation
    from bins
    group by
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        binning,
        series_number
    having sum(ece_contribution) > 0

),

steps as (

    {{ dbt.generate_series(steps + 1) }}

),

supposed as (

    select
        series.series_number,
        steps.generated_number as step_number,
        (series.measured_error + {{ ml_monitor.z_95() }} * series.largest_deviation) * (steps.generated_number - 1) / {{ steps }} as true_error,
        series.measured_error,
        bins.labelled_count,
        bins.labelled_count / series.labelled_total as weight,
        bins.mean_score,
        bins.gap / series.measured_error as signed_proportion,
        greatest(bins.smoothed_rate * (1 - bins.smoothed_rate), 0) as smoothed_variance
    from series
    inner join bins
        on series.series_number = bins.series_number
    cross join steps

),

gaps as (

    select
        supposed.*,
        supposed.true_error * abs(supposed.signed_proportion) as lower_gap,
        supposed.true_error * (abs(supposed.signed_proportion) + 1) / 2 as upper_gap,
        {{ ml_monitor.clip('(supposed.mean_score + supposed.true_error * supposed.signed_proportion)', '0', '1') }} as supposed_rate
    from supposed

),

/* gap over deviation is the bin's gap in standard deviations of the measured one */
deviations as (

    select
        gaps.*,
        sqrt(
            nullif(gaps.smoothed_variance + gaps.supposed_rate * (1 - gaps.supposed_rate), 0) / 2 / gaps.labelled_count
        ) as lower_deviation,
        sqrt(nullif(gaps.smoothed_variance, 0) / gaps.labelled_count) as upper_deviation
    from gaps

),

standardised as {{ ml_monitor.materialized() }}(

    select
        deviations.*,
        deviations.lower_gap / deviations.lower_deviation as lower_distance,
        deviations.upper_gap / deviations.upper_deviation as upper_distance
    from deviations

),

folded as {{ ml_monitor.materialized() }}(

    select
        standardised.*,
        {%- for side in ['lower', 'upper'] %}
        coalesce(
            standardised.{{ side }}_deviation * {{ ml_monitor.double_literal('0.7978845608028654') }}
            * {{ ml_monitor.safe_exp('(-standardised.' ~ side ~ '_distance * standardised.' ~ side ~ '_distance / 2)') }}
            + standardised.{{ side }}_gap * (1 - 2 * {{ ml_monitor.normal_sf('standardised.' ~ side ~ '_distance') }}),
            standardised.{{ side }}_gap
        ) as {{ side }}_mean_gap{{ ',' if not loop.last }}
        {%- endfor %}
    from standardised

),

expected as (

    select
        folded.series_number,
        folded.step_number,
        folded.true_error,
        {%- for side, sign in [('lower', '+'), ('upper', '-')] %}
        sum(folded.weight * folded.{{ side }}_mean_gap) {{ sign }} {{ ml_monitor.z_95() }} * sqrt(sum(
            folded.weight * folded.weight * greatest(
                folded.{{ side }}_gap * folded.{{ side }}_gap + coalesce(folded.{{ side }}_deviation * folded.{{ side }}_deviation, 0)
                - folded.{{ side }}_mean_gap * folded.{{ side }}_mean_gap,
                0
            )
        )) - folded.measured_error as above_{{ side }}{{ ',' if not loop.last }}
        {%- endfor %}
    from folded
    group by
        folded.series_number,
        folded.step_number,
        folded.true_error,
        folded.measured_error

),

neighbours as (

    select
        expected.*,
        lag(expected.above_lower) over of_series as previous_above_lower,
        lag(expected.above_upper) over of_series as previous_above_upper,
        lag(expected.true_error) over of_series as previous_error
    from expected
    window of_series as (partition by expected.series_number order by expected.step_number asc)

),

/* the first step beyond an end, and where the line from the step before it crosses */
crossed as (

    select
        neighbours.series_number,
        {%- for side in ['lower', 'upper'] %}
        min(
            case
                when neighbours.above_{{ side }} >= 0 and neighbours.previous_error is null then 0
                when neighbours.above_{{ side }} >= 0
                    then neighbours.true_error - (neighbours.true_error - neighbours.previous_error) * neighbours.above_{{ side }}
                        / nullif(neighbours.above_{{ side }} - least(neighbours.previous_above_{{ side }}, 0), 0)
            end
        ) as {{ side }}_crossing{{ ',' if not loop.last }}
        {%- endfor %}
    from neighbours
    group by neighbours.series_number

)

select
    series.log_name,
    series.model_id,
    series.model_version,
    series.granularity,
    series.window_start,
    series.slice_key,
    series.slice_value,
    series.binning,
    crossed.lower_crossing as ece_lower,
    least(coalesce(crossed.upper_crossing, series.measured_error + {{ ml_monitor.z_95() }} * series.largest_deviation), 1) as ece_upper
from series
inner join crossed
    on series.series_number = crossed.series_number
