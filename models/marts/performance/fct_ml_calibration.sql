/*
    Grain: model, version, window, slice, binning and bin with labelled scores: the reliability table of binary classifiers.
    How often happened what was said, with Wilson's interval of the rate; ece_contribution adds up to `ece` (binning
    uniform) or `ece_quantile` of fct_ml_performance. Bins without a labelled score have no row. Bins are (lower, upper],
    the first with its lower end. Quantile bins are there for weeks, months, reference and lifetime.
*/
select
    bins.model_id,
    bins.model_version,
    bins.granularity,
    bins.window_start,
    windows.window_end,
    bins.slice_key,
    bins.slice_value,
    bins.binning,
    bins.bin_number,
    bins.bin_lower,
    bins.bin_upper,
    bins.is_exact,
    windows.is_complete,
    maturity.is_mature,
    {{ ml_monitor.safe_divide('windows.labelled_count', 'windows.prediction_count') }} as label_coverage,
    bins.labelled_count,
    bins.positive_count,
    bins.mean_score,
    bins.observed_rate,
    {{ ml_monitor.wilson_lower('bins.positive_count', 'bins.labelled_count') }} as ci_lower,
    {{ ml_monitor.wilson_upper('bins.positive_count', 'bins.labelled_count') }} as ci_upper,
    bins.observed_rate - bins.mean_score as calibration_gap,
    bins.ece_contribution
from {{ ref('int_ml_calibration_bins') }} as bins
inner join {{ ref('int_ml_window_counts') }} as windows
    on
        bins.log_name = windows.log_name
        and bins.model_id = windows.model_id
        and bins.model_version = windows.model_version
        and bins.granularity = windows.granularity
        and bins.window_start = windows.window_start
        and coalesce(bins.slice_key, '') = coalesce(windows.slice_key, '')
        and coalesce(bins.slice_value, '') = coalesce(windows.slice_value, '')
inner join {{ ref('int_ml_window_maturity') }} as maturity
    on
        bins.log_name = maturity.log_name
        and bins.model_id = maturity.model_id
        and bins.model_version = maturity.model_version
        and bins.granularity = maturity.granularity
        and bins.window_start = maturity.window_start
