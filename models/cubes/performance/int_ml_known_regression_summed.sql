{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, known_date and superseded_date (null = never). Error sums of regression outcomes by
    the first date before which they were known: rows add up to any window as it was known before any date. Measures
    as in int_ml_regression_errors_summed.
*/
with labels as (

    {{- ml_monitor.known_labels('regression', [
        'predicted_value', 'prediction_lower', 'prediction_upper', 'naive_value', 'actual_value',
    ]) }}
),

terms as (

    select
        labels.*,
        {{ ml_monitor.regression_error_terms('labels') }}
    from labels

)

select
    terms.log_name,
    terms.model_id,
    terms.model_version,
    terms.predicted_date,
    terms.known_date,
    terms.superseded_date,
    {{ ml_monitor.regression_error_measures('terms') }}
from terms
group by
    terms.log_name,
    terms.model_id,
    terms.model_version,
    terms.predicted_date,
    terms.known_date,
    terms.superseded_date
