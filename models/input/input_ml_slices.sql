/*
    Grain: one raw row of a features table that holds slices, protected attributes, the naive forecast or a pairing_id,
    repeated rows included. Logs that have these in the prediction table are not here: input_ml_predictions has theirs.
*/
{%- for log in ml_monitor.prediction_logs()
    if log.features is not none and (
        'features' in log.slices | map(attribute='table')
        or 'naive_value' in log.features.columns
        or 'pairing_id' in log.features.columns
    ) %}
select
    '{{ log.name }}' as log_name,
    {{ ml_monitor.input_prediction_id(log, log.features) }} as prediction_id,
    {{ ml_monitor.input_column(log.features, 'naive_value', 'float') }} as naive_value,
    {{ ml_monitor.input_column(log.features, 'pairing_id', 'text') }} as pairing_id,
    {{- ml_monitor.input_slice_columns(log, 'features') }}
from {{ ml_monitor.declared_relation(log.features.relation) }} as raw_rows
union all
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as {{ dbt.type_string() }}) as prediction_id,
    cast(null as {{ ml_monitor.type_double() }}) as naive_value,
    cast(null as {{ dbt.type_string() }}) as pairing_id,
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    cast(null as {{ dbt.type_string() }}) as slice_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
where 1 = 0
