/*
    Grain: log, model, version, window and baseline, as int_ml_comparisons. The comparisons that the last finished build
    knew: the next one sees by them whose baseline has changed. Built after every model that is replaced by comparison.
    depends on: {% for model in [
        'fct_ml_drift_bins', 'int_ml_bin_distances', 'int_ml_moment_changes', 'int_ml_value_distances',
        'int_ml_correlation_changes',
    ] %}{{ ref(model) }} {% endfor %}
*/
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    baseline_name,
    member_signature
from {{ ref('int_ml_comparisons') }}
