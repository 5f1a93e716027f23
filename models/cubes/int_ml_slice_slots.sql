/*
    Grain: log and slot. Which declared slice a log keeps in which of the columns slice_1 .. slice_8, and whether its
    features are counted by it, too.
*/
{%- for log in ml_monitor.prediction_logs() %}
{%- for slice in log.slices %}
select
    '{{ log.name }}' as log_name,
    {{ slice.slot }} as slice_slot,
    '{{ slice.slice_key }}' as slice_key,
    {{ slice.is_protected | lower }} as is_protected,
    {{ (slice in log.feature_slices) | lower }} as has_features
union all
{%- endfor %}
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as int) as slice_slot,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as boolean) as is_protected,
    cast(null as boolean) as has_features
where 1 = 0
