{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: one labelled binary prediction, with its score cell: k for a score in ((k - 1) / 1000, k / 1000]; a score of
    0 goes to cell 1. A table: DuckDB makes no view over a schema that is called like its file (ml_monitor.duckdb).
*/
select
    predictions.log_name,
    predictions.model_id,
    predictions.model_version,
    predictions.predicted_date,
    predictions.score,
    predictions.actual_value,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    predictions.slice_{{ slot }},
    {%- endfor %}
    {{ ml_monitor.score_cell('predictions.score') }} as score_cell
from {{ ref('fct_ml_predictions') }} as predictions
{{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
where
    predictions.task = 'binary_classification'
    and predictions.observed_at is not null
    and predictions.score is not null
