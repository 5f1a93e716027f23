{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, week or month, known_at and metric. The metrics of int_ml_regression_metrics for windows
    as they were known before a date.
*/
{{ ml_monitor.regression_metrics(ref('int_ml_known_regression_windows'), more_keys=['known_at']) }}
