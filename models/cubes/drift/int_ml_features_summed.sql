{{ config(**ml_monitor.replaced_by_day('predicted_date', without_outcomes=true)) }}
{%- set chunk_size = 60 %}
/*
    Grain: log, model, version, day, slice and numeric feature. Counts, extremes and moments of the finite values; mean and
    sum of squared deviations merge over days without cancellation. Values count as at most 1e150, whose square still is
    a double.
*/
with slots as (

    select * from {{ ref('int_ml_slice_slots') }}

)

{%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
{%- set log_number = loop.index %}
{%- set slice_slots = ml_monitor.feature_slice_slots(log) %},

log_{{ log_number }}_rows as (

    {{ ml_monitor.feature_rows(log, ml_monitor.in_dirty_days('predictions', 'predicted_date', without_outcomes=true, of_raw_rows=true)) }}

)
{%- for chunk in log.numeric_features | batch(chunk_size) %}
{%- set offset = loop.index0 * chunk_size %},

log_{{ log_number }}_finite_{{ loop.index }} as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
        {%- for slot in slice_slots %},
        slice_{{ slot }}
        {%- endfor %}
        {%- for feature in chunk %}
        {%- set slot = 'n' ~ (offset + loop.index) %},
        case
            when {{ ml_monitor.is_finite(slot) }} then {{ ml_monitor.clip(slot, ml_monitor.double_literal('-1e150'), ml_monitor.double_literal('1e150')) }}
        end as {{ slot }},
        {{ slot }} is null as {{ slot }}_is_null
        {%- endfor %}
    from log_{{ log_number }}_rows

),

log_{{ log_number }}_summed_{{ loop.index }} as (

    select
        finite_rows.log_name,
        finite_rows.model_id,
        finite_rows.model_version,
        finite_rows.predicted_date,
        {{ ml_monitor.slice_slot('finite_rows', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('finite_rows', slice_slots) }} as slice_value,
        count(*) as row_count
        {%- for feature in chunk %}
        {%- set slot = 'n' ~ (offset + loop.index) %},
        count(*) filter (where {{ slot }}_is_null) as {{ slot }}_null_count,
        count({{ slot }}) as {{ slot }}_finite_count,
        count(*) filter (where {{ slot }} = 0) as {{ slot }}_zero_count,
        min({{ slot }}) as {{ slot }}_minimum,
        max({{ slot }}) as {{ slot }}_maximum,
        avg({{ slot }}) as {{ slot }}_mean,
        var_pop({{ slot }}) * count({{ slot }}) as {{ slot }}_deviation_square_sum
        {%- endfor %}
    from log_{{ log_number }}_finite_{{ loop.index }} as finite_rows
    group by
        {{ ml_monitor.grouping_sets_by_slice('finite_rows', ['log_name', 'model_id', 'model_version', 'predicted_date'], slice_slots) }}

)
{%- endfor %}
{%- endfor %},

summed as (
    {%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
    {%- set log_number = loop.index %}
    {%- for chunk in log.numeric_features | batch(chunk_size) %}
    {%- set offset = loop.index0 * chunk_size %}
    {%- set chunk_number = loop.index %}
    {%- for feature in chunk %}
    {%- set slot = 'n' ~ (offset + loop.index) %}
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_slot,
        slice_value,
        '{{ feature }}' as feature_name,
        row_count,
        {{ slot }}_null_count as null_count,
        {{ slot }}_finite_count as finite_count,
        {{ slot }}_zero_count as zero_count,
        {{ slot }}_minimum as value_minimum,
        {{ slot }}_maximum as value_maximum,
        {{ slot }}_mean as value_mean,
        {{ slot }}_deviation_square_sum as deviation_square_sum
    from log_{{ log_number }}_summed_{{ chunk_number }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as log_name,
        cast(null as {{ dbt.type_string() }}) as model_id,
        cast(null as {{ dbt.type_string() }}) as model_version,
        cast(null as date) as predicted_date,
        cast(null as int) as slice_slot,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        cast(null as {{ dbt.type_string() }}) as feature_name,
        cast(null as {{ dbt.type_bigint() }}) as row_count,
        cast(null as {{ dbt.type_bigint() }}) as null_count,
        cast(null as {{ dbt.type_bigint() }}) as finite_count,
        cast(null as {{ dbt.type_bigint() }}) as zero_count,
        cast(null as {{ ml_monitor.type_double() }}) as value_minimum,
        cast(null as {{ ml_monitor.type_double() }}) as value_maximum,
        cast(null as {{ ml_monitor.type_double() }}) as value_mean,
        cast(null as {{ ml_monitor.type_double() }}) as deviation_square_sum
    where 1 = 0

)

select
    summed.log_name,
    summed.model_id,
    summed.model_version,
    summed.predicted_date,
    slots.slice_key,
    summed.slice_value,
    summed.feature_name,
    summed.row_count,
    summed.null_count,
    summed.finite_count,
    summed.zero_count,
    summed.value_minimum,
    summed.value_maximum,
    summed.value_mean,
    summed.deviation_square_sum
from summed
left join slots
    on
        summed.log_name = slots.log_name
        and summed.slice_slot = slots.slice_slot
