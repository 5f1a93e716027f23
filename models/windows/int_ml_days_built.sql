/*
    Grain: log, source table and raw day, as int_ml_raw_days_signed. What the last finished build was made of. It is the
    last model of all, so that a build that was killed or failed leaves the old signatures, and the next one repairs it.
    depends on: {% for model in [
        'fct_ml_rejected_rows', 'int_ml_label_delays_counted', 'int_ml_features_summed', 'int_ml_feature_pairs_summed',
        'fct_ml_checks', 'fct_ml_estimated_performance', 'fct_ml_performance_as_known', 'fct_ml_version_comparison',
        'rpt_ml_model_health', 'int_ml_comparisons_built', 'int_ml_drift_inputs_built', 'int_ml_windows_built',
        'int_ml_reference_days_built',
    ] %}{{ ref(model) }} {% endfor %}
*/
select * from {{ ref('int_ml_raw_days_signed') }}
