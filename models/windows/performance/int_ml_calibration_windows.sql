/*
    Grain: log, model, version, window and slice with labelled scores. Expected and maximal calibration error (Naeini et al.
    2015) over ten equal bins of the score, and over ten bins of equal size in windows read row by row.
*/
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    sum(ece_contribution) filter (where binning = 'uniform') as ece,
    max(abs(observed_rate - mean_score)) filter (where binning = 'uniform') as mce,
    sum(ece_contribution) filter (where binning = 'quantile' and is_exact) as ece_quantile,
    max(abs(observed_rate - mean_score)) filter (where binning = 'quantile' and is_exact) as mce_quantile
from {{ ref('int_ml_calibration_bins') }}
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value
