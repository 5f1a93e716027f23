/*
    Grain: log, model, version and window, as int_ml_windows. The windows that the last finished build knew: the next one
    sees by them which came and which went. Built after every model that is replaced by window.
    depends on: {% for model in [
    'int_ml_window_bins', 'int_ml_ranked_windows', 'int_ml_window_moments', 'int_ml_window_cells', 'int_ml_ordered_windows',
    'int_ml_window_pairs', 'int_ml_estimated_days', 'int_ml_estimated_ranks',
    'int_ml_score_bands', 'int_ml_regression_ordered',
    'int_ml_class_ranked_windows', 'int_ml_item_windows',
    'int_ml_known_ranked_windows', 'int_ml_paired_windows',
] %}{{ ref(model) }} {% endfor %}
*/
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end
from {{ ref('int_ml_windows') }}
