/*
    Grain: log, model, version, window, slice and metric. Every metric of binary classifiers, one line each, from the
    confusion counts and sums of the window. sample_count is the rows that the metric is made of; standard_error is null
    where none is known and where the counts say nothing of it: a perfect classifier. ci_lower and ci_upper are there where
    neither Wilson's nor the normal interval is meant.
*/
{{ ml_monitor.binary_metrics(
    ref('int_ml_binary_windows'), ref('int_ml_ranked_windows'), ref('int_ml_calibration_windows'), ref('int_ml_binary_dummies'),
    ref('int_ml_separation_intervals')
) }}
