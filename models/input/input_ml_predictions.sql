/*
    Grain: one raw prediction row of a declared log, duplicates and faulty rows included.
    The only place that reads the users' prediction tables by their own column names. A value that cannot be read as
    its type is null here, and its has_ column says that there was one.
*/
{%- for log in ml_monitor.prediction_logs() %}
{%- set table = log.predictions %}
{%- set required = ml_monitor.required_prediction_columns(log) %}
select
    '{{ log.name }}' as log_name,
    {% if 'task' in table.columns %}{{ ml_monitor.input_column(table, 'task', 'text') }}{% else %}'{{ log.task }}'{% endif %} as task,
    {% if log.model_id is not none %}'{{ log.model_id }}'{% else %}{{ ml_monitor.input_column(table, 'model_id', 'text', true) }}{% endif %} as model_id,
    {% if log.model_version is not none %}'{{ log.model_version }}'{% else %}{{ ml_monitor.input_column(table, 'model_version', 'text', true) }}{% endif %} as model_version,
    {{ ml_monitor.input_prediction_id(log, table) }} as prediction_id,
    {{ ml_monitor.input_column(table, 'predicted_at', 'timestamp', true) }} as predicted_at,
    {{ ml_monitor.input_has(table, 'predicted_at', true) }} as has_predicted_at,
    {{ ml_monitor.input_column(table, 'score', 'float', 'score' in required) }} as score,
    {{ ml_monitor.input_has(table, 'score', 'score' in required) }} as has_score,
    {{ ml_monitor.input_column(table, 'predicted_label', 'text', 'predicted_label' in required) }} as predicted_label,
    cast({{ log.label_threshold }} as {{ ml_monitor.type_double() }}) as label_threshold,
    {{ ml_monitor.input_column(table, 'predicted_value', 'float', 'predicted_value' in required) }} as predicted_value,
    {{ ml_monitor.input_has(table, 'predicted_value', 'predicted_value' in required) }} as has_predicted_value,
    {{ ml_monitor.input_column(table, 'prediction_lower', 'float') }} as prediction_lower,
    {{ ml_monitor.input_column(table, 'prediction_upper', 'float') }} as prediction_upper,
    {{ ml_monitor.input_column(table, 'horizon', 'integer') }} as horizon,
    {{ ml_monitor.input_column(table, 'naive_value', 'float') }} as naive_value,
    {{ ml_monitor.input_column(table, 'request_id', 'text', 'request_id' in required) }} as request_id,
    {{ ml_monitor.input_column(table, 'item_id', 'text', 'item_id' in required) }} as item_id,
    {{ ml_monitor.input_column(table, 'rank', 'integer', 'rank' in required) }} as item_rank,
    {{ ml_monitor.input_column(table, 'sample_weight', 'float') }} as sample_weight,
    {{ ml_monitor.input_has(table, 'sample_weight') }} as has_sample_weight,
    {{ ml_monitor.has_sample_weights(log) | lower }} as is_weighted,
    {{ ml_monitor.input_column(table, 'experiment_arm', 'text') }} as experiment_arm,
    {{ ml_monitor.input_column(table, 'pairing_id', 'text') }} as pairing_id,
    {{ ml_monitor.input_column(table, 'loaded_at', 'timestamp') }} as loaded_at,
    {{- ml_monitor.input_slice_columns(log, 'predictions') }},
    {{ ml_monitor.input_raw_values(table, required + (table.columns.keys() | reject('in', required + ['pairing_id', 'loaded_at']) | list)) }} as raw_values
from {{ ml_monitor.declared_relation(table.relation) }} as raw_rows
{{ 'union all' if not loop.last }}
{%- endfor %}
