{{ config(materialized='view') }}
/*
    Grain: log, model, version, window, slice and metric. The measured performance metrics of all tasks.
*/
{%- for model in ['int_ml_binary_metrics', 'int_ml_regression_metrics', 'int_ml_multiclass_metrics'] %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    metric_name,
    metric_value,
    metric_error_bound,
    sample_count,
    success_count,
    standard_error
from {{ ref(model) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
