{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, known_date, superseded_date (null = never) and calibration bin. Confusion counts
    and score sums of binary outcomes by the first date before which they were known: rows add up to any window as it
    was known before any date. Measures and bins as in int_ml_binary_outcomes_counted and int_ml_calibration_counted.
*/
with labels as (

    {{- ml_monitor.known_labels('binary_classification', ['score', 'predicted_label', 'observed_at', 'actual_value']) }}
),

terms as (

    select
        labels.*,
        cast(ceil(greatest(ceil(labels.score * 1000), 1) / {{ ml_monitor.double_literal('100') }}) as int) as calibration_bin,
        {{ ml_monitor.binary_outcome_terms('labels') }}
    from labels

)

select
    terms.log_name,
    terms.model_id,
    terms.model_version,
    terms.predicted_date,
    terms.known_date,
    terms.superseded_date,
    terms.calibration_bin,
    {{ ml_monitor.binary_outcome_measures('terms') }}
from terms
group by
    terms.log_name,
    terms.model_id,
    terms.model_version,
    terms.predicted_date,
    terms.known_date,
    terms.superseded_date,
    terms.calibration_bin
