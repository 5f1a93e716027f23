{#
    Every model that is configured by replaced_by_window, or by its as-known twin. A killed first build may leave windows in
    them that are no more, and a build is finished when they all are.
#}
{% macro models_replaced_by_window() %}
    {{ return(ml_monitor.needed([
        'int_ml_window_bins', 'int_ml_window_moments', 'int_ml_window_cells', 'int_ml_window_pairs', 'int_ml_ordered_windows',
        'int_ml_ranked_windows', 'int_ml_score_bands', 'int_ml_regression_ordered', 'int_ml_class_ranked_windows',
        'int_ml_item_windows', 'int_ml_known_binary_windows', 'int_ml_known_ranked_windows', 'int_ml_paired_windows',
        'int_ml_estimated_days', 'int_ml_estimated_ranks', 'int_ml_class_probabilities', 'int_ml_estimated_confusion',
        'int_ml_estimated_class_ranks', 'int_ml_weighted_ranked_windows', 'int_ml_calibration_intervals',
        'int_ml_separation_intervals',
    ])) }}
{% endmacro %}
