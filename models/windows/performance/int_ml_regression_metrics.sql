{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, window, slice and metric. Every metric of regression models, one line each, from the
    error sums of the window. Errors are prediction minus actual.
*/
{{ ml_monitor.regression_metrics(ref('int_ml_regression_windows'), ref('int_ml_regression_ordered')) }}
