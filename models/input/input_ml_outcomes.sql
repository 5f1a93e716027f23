/*
    Grain: one raw outcome row of a declared log, repeated and faulty rows included.
    The only place that reads the users' outcome tables by their own column names.
*/
{%- for log in ml_monitor.prediction_logs() if log.outcomes is not none %}
{%- set table = log.outcomes %}
{%- set required = ml_monitor.required_outcome_columns(log) %}
select
    '{{ log.name }}' as log_name,
    '{{ log.task }}' as task,
    {{ ml_monitor.input_prediction_id(log, table) }} as prediction_id,
    {{ ml_monitor.input_column(table, 'request_id', 'text', 'request_id' in required) }} as request_id,
    {{ ml_monitor.input_column(table, 'item_id', 'text', 'item_id' in required) }} as item_id,
    {{ ml_monitor.input_column(table, 'observed_at', 'timestamp', true) }} as observed_at,
    {{ ml_monitor.input_has(table, 'observed_at', true) }} as has_observed_at,
    {{ ml_monitor.input_column(table, 'actual', 'text', true) }} as actual,
    {{ ml_monitor.input_column(table, 'loaded_at', 'timestamp') }} as loaded_at,
    {{ ml_monitor.input_raw_values(table, required) }} as raw_values
from {{ ml_monitor.declared_relation(table.relation) }} as raw_rows
union all
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as {{ dbt.type_string() }}) as task,
    cast(null as {{ dbt.type_string() }}) as prediction_id,
    cast(null as {{ dbt.type_string() }}) as request_id,
    cast(null as {{ dbt.type_string() }}) as item_id,
    cast(null as timestamp) as observed_at,
    cast(null as boolean) as has_observed_at,
    cast(null as {{ dbt.type_string() }}) as actual,
    cast(null as timestamp) as loaded_at,
    cast(null as {{ dbt.type_string() }}) as raw_values
where 1 = 0
