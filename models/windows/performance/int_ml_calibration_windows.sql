{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
/*
    Grain: log, model, version, window and slice with labelled scores. Expected and maximal calibration error (Naeini et al.
    2015) over ten equal bins of the score, and over ten bins of equal size in windows read row by row; intervals of the
    expected ones.
*/
with bins as (

    select
        {{ keys | join(',\n        ') }},
        sum(ece_contribution) filter (where binning = 'uniform') as ece,
        max(abs(observed_rate - mean_score)) filter (where binning = 'uniform') as mce,
        sum(ece_contribution) filter (where binning = 'quantile' and is_exact) as ece_quantile,
        max(abs(observed_rate - mean_score)) filter (where binning = 'quantile' and is_exact) as mce_quantile
    from {{ ref('int_ml_calibration_bins') }}
    group by
        {{ keys | join(',\n        ') }}

),

intervals as (

    select
        {{ keys | join(',\n        ') }},
        max(ece_lower) filter (where binning = 'uniform') as ece_lower,
        max(ece_upper) filter (where binning = 'uniform') as ece_upper,
        max(ece_lower) filter (where binning = 'quantile') as ece_quantile_lower,
        max(ece_upper) filter (where binning = 'quantile') as ece_quantile_upper
    from {{ ref('int_ml_calibration_intervals') }}
    group by
        {{ keys | join(',\n        ') }}

)

select
    bins.*,
    intervals.ece_lower,
    intervals.ece_upper,
    intervals.ece_quantile_lower,
    intervals.ece_quantile_upper
from bins
left join intervals
    on
        {%- for key in keys[:5] %}
        {{ 'and ' if not loop.first }}bins.{{ key }} = intervals.{{ key }}
        {%- endfor %}
        and coalesce(bins.slice_key, '') = coalesce(intervals.slice_key, '')
        and coalesce(bins.slice_value, '') = coalesce(intervals.slice_value, '')
