{{ config(pre_hook="{{ ml_monitor.drop_unneeded() }}") }}
/*
    Grain: declared log. What the declaration says of it that later models need.
*/
{%- for log in ml_monitor.prediction_logs() %}
select
    '{{ log.name }}' as log_name,
    '{{ log.task }}' as task,
    cast({{ 'null' if log.exact_row_limit is none else log.exact_row_limit }} as {{ dbt.type_bigint() }}) as exact_row_limit,
    {{ log.category_limit }} as category_limit,
    {{ (log.outcomes is not none) | lower }} as has_outcomes,
    {{ ml_monitor.has_sample_weights(log) | lower }} as has_sample_weights,
    {%- set arm_slice_key = ml_monitor.arm_slice_key(log) %}
    cast({{ 'null' if arm_slice_key is none else "'" ~ arm_slice_key ~ "'" }} as {{ dbt.type_string() }}) as arm_slice_key
{{ 'union all' if not loop.last }}
{%- endfor %}
