{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: one raw row of a declared table of class scores (a class of a prediction), repeated and faulty rows included.
    The only place that reads these tables by their own column names. Where the table does not say which model or
    version spoke, model_id and model_version are null and the scores hold for every prediction of that id.
*/
{%- for log in ml_monitor.prediction_logs() if log.class_scores is not none %}
{%- set table = log.class_scores %}
select
    '{{ log.name }}' as log_name,
    {{ ml_monitor.input_column(table, 'model_id', 'text') }} as model_id,
    {{ ml_monitor.input_column(table, 'model_version', 'text') }} as model_version,
    {{ ml_monitor.input_prediction_id(log, table) }} as prediction_id,
    {{ ml_monitor.input_column(table, 'class_label', 'text', true) }} as class_label,
    {{ ml_monitor.input_column(table, 'class_score', 'float', true) }} as class_score,
    {{ ml_monitor.input_has(table, 'class_score', true) }} as has_class_score,
    {{ ml_monitor.input_column(table, 'loaded_at', 'timestamp') }} as loaded_at,
    {{ ml_monitor.input_raw_values(table, ml_monitor.required_class_score_columns()) }} as raw_values
from {{ ml_monitor.declared_relation(table.relation) }} as raw_rows
union all
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as {{ dbt.type_string() }}) as model_id,
    cast(null as {{ dbt.type_string() }}) as model_version,
    cast(null as {{ dbt.type_string() }}) as prediction_id,
    cast(null as {{ dbt.type_string() }}) as class_label,
    cast(null as {{ ml_monitor.type_double() }}) as class_score,
    cast(null as boolean) as has_class_score,
    cast(null as timestamp) as loaded_at,
    cast(null as {{ dbt.type_string() }}) as raw_values
where 1 = 0
