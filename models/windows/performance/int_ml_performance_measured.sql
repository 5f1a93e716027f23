{{ config(materialized='view') }}
/*
    Grain: log, model, version, window, slice and metric. The measured performance metrics of all tasks. window_count is
    what sample_count is taken from, where that is not the predictions of the window: requests. effective_count is the
    rows of equal weight that a rate with sample weights is worth; its Wilson interval is theirs.
*/
{%- for model in ml_monitor.needed([
    'int_ml_binary_metrics', 'int_ml_regression_metrics', 'int_ml_multiclass_metrics', 'int_ml_ranking_metrics', 'int_ml_weighted_metrics',
]) %}
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
    standard_error,
    {%- for limit in ['ci_lower', 'ci_upper'] %}
    {{ 'cast(null as ' ~ ml_monitor.type_double() ~ ') as ' if model == 'int_ml_ranking_metrics' }}{{ limit }},
    {%- endfor %}
    {{ 'window_count' if model == 'int_ml_ranking_metrics' else 'cast(null as ' ~ dbt.type_bigint() ~ ') as window_count' }},
    {{ 'effective_count' if model == 'int_ml_weighted_metrics' else 'cast(null as ' ~ ml_monitor.type_double() ~ ') as effective_count' }}
from {{ ref(model) }}
{{ 'where known_at is null' if model in ['int_ml_multiclass_metrics', 'int_ml_ranking_metrics'] }}
{{ 'union all' if not loop.last }}
{%- endfor %}
