/*
    Grain: model, version, window (week, month, reference, lifetime), slice and score band with labelled scores. Gains and
    lift of binary classifiers, and the bad rate by score band: ten bands of about as many rows, the highest scores first.
    Equal scores are never parted: they stand in the band of their first row, 1 + floor(10 a / n) with a rows above of n, so
    bands may differ in size and be missing. Cumulative columns count from the highest score to the end of the band.
    ks_distance is the share of positives minus that of negatives up to there; its largest is at most ks_separation, which
    looks at every score. What divides by positives or negatives is null where the window has none.
*/
with bands as (

    select
        bands.*,
        cast(sum(bands.labelled_count) over descending as {{ dbt.type_bigint() }}) as cumulative_labelled_count,
        cast(sum(bands.positive_count) over descending as {{ dbt.type_bigint() }}) as cumulative_positive_count,
        cast(sum(bands.labelled_count) over whole_window as {{ dbt.type_bigint() }}) as labelled_total,
        cast(sum(bands.positive_count) over whole_window as {{ dbt.type_bigint() }}) as positive_total
    from {{ ref('int_ml_score_bands') }} as bands
    where bands.banding = 'gains'
    window
        whole_window as (
            partition by
                bands.log_name, bands.model_id, bands.model_version, bands.granularity, bands.window_start,
                bands.slice_key, bands.slice_value
        ),
        descending as (
            partition by
                bands.log_name, bands.model_id, bands.model_version, bands.granularity, bands.window_start,
                bands.slice_key, bands.slice_value
            order by bands.band_number asc
            rows between unbounded preceding and current row
        )

),

rated as (

    select
        bands.*,
        {{ ml_monitor.safe_divide('bands.score_sum', 'bands.labelled_count') }} as mean_score,
        {{ ml_monitor.safe_divide('bands.positive_count', 'bands.labelled_count') }} as positive_rate,
        {{ ml_monitor.safe_divide('bands.positive_total', 'bands.labelled_total') }} as base_rate,
        {{ ml_monitor.safe_divide('bands.cumulative_labelled_count', 'bands.labelled_total') }} as cumulative_labelled_share,
        {{ ml_monitor.safe_divide('bands.cumulative_positive_count', 'bands.positive_total') }} as cumulative_positive_share,
        {{ ml_monitor.safe_divide('bands.cumulative_positive_count', 'bands.cumulative_labelled_count') }} as cumulative_positive_rate,
        {{ ml_monitor.safe_divide(
            'bands.cumulative_labelled_count - bands.cumulative_positive_count', 'bands.labelled_total - bands.positive_total'
        ) }} as cumulative_negative_share
    from bands

)

select
    rated.model_id,
    rated.model_version,
    rated.granularity,
    rated.window_start,
    windows.window_end,
    rated.slice_key,
    rated.slice_value,
    rated.band_number,
    rated.score_minimum,
    rated.score_maximum,
    rated.is_exact,
    windows.is_complete,
    maturity.is_mature,
    {{ ml_monitor.safe_divide('windows.labelled_count', 'windows.prediction_count') }} as label_coverage,
    rated.labelled_count,
    rated.positive_count,
    rated.mean_score,
    rated.positive_rate,
    {{ ml_monitor.wilson_lower('rated.positive_count', 'rated.labelled_count') }} as ci_lower,
    {{ ml_monitor.wilson_upper('rated.positive_count', 'rated.labelled_count') }} as ci_upper,
    {{ ml_monitor.safe_divide('rated.positive_rate', 'rated.base_rate') }} as lift,
    rated.cumulative_labelled_count,
    rated.cumulative_positive_count,
    rated.cumulative_labelled_share,
    rated.cumulative_positive_share,
    rated.cumulative_positive_rate,
    {{ ml_monitor.safe_divide('rated.cumulative_positive_rate', 'rated.base_rate') }} as cumulative_lift,
    rated.cumulative_positive_share - rated.cumulative_negative_share as ks_distance
from rated
inner join {{ ref('int_ml_window_counts') }} as windows
    on
        rated.log_name = windows.log_name
        and rated.model_id = windows.model_id
        and rated.model_version = windows.model_version
        and rated.granularity = windows.granularity
        and rated.window_start = windows.window_start
        and coalesce(rated.slice_key, '') = coalesce(windows.slice_key, '')
        and coalesce(rated.slice_value, '') = coalesce(windows.slice_value, '')
inner join {{ ref('int_ml_window_maturity') }} as maturity
    on
        rated.log_name = maturity.log_name
        and rated.model_id = maturity.model_id
        and rated.model_version = maturity.model_version
        and rated.granularity = maturity.granularity
        and rated.window_start = maturity.window_start
