{{ config(materialized='view') }}
/*
    Grain: one labelled binary prediction, with its score cell: k for a score in ((k - 1) / 1000, k / 1000]; a score of
    0 goes to cell 1.
*/
select
    predictions.*,
    cast(greatest(ceil(predictions.score * 1000), 1) as int) as score_cell
from {{ ref('fct_ml_predictions') }} as predictions
where
    predictions.task = 'binary_classification'
    and predictions.observed_at is not null
    and predictions.score is not null
