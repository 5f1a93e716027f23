/*
    Grain: log, model, version, window, slice and metric. Every metric of binary classifiers, one line each, from the
    confusion counts and sums of the window. sample_count is the rows that the metric is made of; standard_error is null
    where no simple one is known.
*/
{{ ml_monitor.binary_metrics(
    ref('int_ml_binary_windows'), ref('int_ml_ranked_windows'), ref('int_ml_calibration_windows'), ref('int_ml_binary_dummies')
) }}
