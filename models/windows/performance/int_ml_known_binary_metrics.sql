/*
    Grain: log, model, version, week or month, known_at and metric. The metrics of int_ml_binary_metrics for windows as
    they were known before a date.
*/
{{ ml_monitor.binary_metrics(
    ref('int_ml_known_binary_windows'), ref('int_ml_known_ranked_windows'), ref('int_ml_known_calibration_windows'),
    more_keys=['known_at']
) }}
