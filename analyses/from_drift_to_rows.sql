/*
    From one drift row to its bins to the raw rows of one bin. Compile it (`dbt compile --select from_drift_to_rows`) and
    run the parts one after the other; the example is the returns model of the demo.
*/

/* 1. the drift row: the largest verdict of the newest weeks */
select
    drift.model_id,
    drift.model_version,
    drift.window_start,
    drift.window_end,
    drift.feature_name,
    drift.metric_name,
    drift.metric_value,
    drift.sample_count,
    drift.reference_count,
    drift.p_value,
    drift.q_value,
    drift.status,
    drift.status_reason
from {{ ref('fct_ml_drift') }} as drift
where
    drift.model_id = 'returns_propensity'
    and drift.granularity = 'week'
    and drift.slice_key is null
    and drift.baseline_name = 'reference'
    and drift.status in ('warn', 'fail')
order by
    drift.window_start desc,
    drift.metric_value desc;

/* 2. its bins: psi_contribution adds up to the psi above, js_contribution and chi_squared_contribution to theirs */
select
    bins.bin_kind,
    bins.bin_number,
    bins.bin_category,
    bins.bin_lower,
    bins.bin_upper,
    bins.reference_count,
    bins.current_count,
    bins.reference_share,
    bins.current_share,
    bins.psi_contribution,
    bins.js_contribution,
    bins.chi_squared_contribution
from {{ ref('fct_ml_drift_bins') }} as bins
where
    bins.model_id = 'returns_propensity'
    and bins.model_version = '2'
    and bins.granularity = 'week'
    and bins.window_start = cast('2026-06-22' as date)
    and bins.slice_key is null
    and bins.baseline_name = 'reference'
    and bins.feature_name = 'delivery_days'
order by
    bins.bin_kind,
    bins.bin_number;

/* 3. the raw rows of one bin: join back to your table by prediction_id, with the edges of the bin, (lower, upper] */
select
    predictions.prediction_id,
    predictions.predicted_at,
    predictions.score,
    raw_rows.delivery_days
from {{ ref('fct_ml_predictions') }} as predictions
inner join {{ source('demo_raw', 'returns_predictions') }} as raw_rows
    on predictions.prediction_id = raw_rows.prediction_id
where
    predictions.model_id = 'returns_propensity'
    and predictions.model_version = '2'
    and predictions.predicted_date >= cast('2026-06-22' as date)
    and predictions.predicted_date < cast('2026-06-29' as date)
    and raw_rows.delivery_days > 5
