{{ config(**ml_monitor.replaced_by_day('predicted_date', without_outcomes=true)) }}
{%- set chunk_size = 20 %}
/*
    Grain: log, model, version, bin version, day, slice, feature and cell. Row counts of every feature in passes over
    the wide rows: of a numeric feature by fine cell (macros cell_key and part_key), of a categorical one by category. By
    slice where the log asks for it (features: slices). Numeric features where the version has frozen edges. A few features
    at a time: of 200 features, passes of 60 took DuckDB nearly twice as long as passes of 12.
*/
{%- set due_days = ml_monitor.due_bin_days(without_outcomes=true) %}
with due_days as (

    {{ due_days }}

),

/* one number for the keys: what is grouped below is long */
numbered_days as (

    select
        due_days.*,
        edges.version_number is not null as has_edges,
        row_number() over (order by due_days.version_number asc, due_days.predicted_date asc) as day_number
    from due_days
    left join (
        {{ ml_monitor.wide_knots(none, []) }}
    ) as edges
        on due_days.version_number = edges.version_number

)

{%- set chunks = [] %}
{%- set in_due_days = ml_monitor.in_days_of('due_days') %}
{%- if ml_monitor.is_partial_build() %}
{%- set is_due = ml_monitor.in_span_of('(' ~ due_days ~ ') as due_days', 'predicted_date', 'predictions.predicted_date') %}
{%- set in_due_days = in_due_days ~ '\n        and ' ~ is_due %}
{%- endif %}
{%- for log in ml_monitor.prediction_logs() if log.numeric_features or log.categorical_features %}
{%- set log_number = loop.index %}
{%- set slice_slots = ml_monitor.feature_slice_slots(log) %},

log_{{ log_number }}_rows as (

    {{ ml_monitor.feature_rows(log, days_condition=in_due_days) }}

)
{#- slot, feature and what is grouped: the part of a numeric feature, or the category -#}
{%- set columns = [] %}
{%- for feature in log.numeric_features %}
{%- do columns.append({'slot': 'n' ~ loop.index, 'feature': feature, 'is_numeric': true, 'key': 'n' ~ loop.index ~ '_part'}) %}
{%- endfor %}
{%- for feature in log.categorical_features %}
{%- do columns.append({'slot': 'c' ~ loop.index, 'feature': feature, 'is_numeric': false, 'key': 'c' ~ loop.index}) %}
{%- endfor %}
{%- for chunk in columns | batch(chunk_size) %}
{%- set name = 'log_' ~ log_number ~ '_' ~ loop.index %}
{%- do chunks.append(name) %}
{%- set numeric_columns = chunk | selectattr('is_numeric') | list %}
{%- set categorical_columns = chunk | rejectattr('is_numeric') | list %}
{%- set numeric_slots = [] %}
{%- for column in numeric_columns %}
{%- do numeric_slots.append([column.slot, 'feature', column.feature]) %}
{%- endfor %},

{{ name }}_edges as (

    {{ ml_monitor.wide_knots(log.name, numeric_slots) }}

),

{{ name }}_celled as (

    select
        numbered_days.day_number,
        numbered_days.version_number
        {%- for slice_slot in slice_slots %},
        feature_rows.slice_{{ slice_slot }}
        {%- endfor %}
        {%- for column in chunk %},
        feature_rows.{{ column.slot }}
        {%- endfor %}
        {%- for column in numeric_columns %},
        {{ ml_monitor.cell_key('feature_rows.' ~ column.slot, 'edges.' ~ column.slot ~ '_') }} as {{ column.slot }}_cell
        {%- endfor %}
    from log_{{ log_number }}_rows as feature_rows
    left join numbered_days
        on
            feature_rows.log_name = numbered_days.log_name
            and feature_rows.model_id = numbered_days.model_id
            and feature_rows.model_version = numbered_days.model_version
            and feature_rows.predicted_date = numbered_days.predicted_date
    left join {{ name }}_edges as edges
        on numbered_days.version_number = edges.version_number

),

{{ name }}_parts as (

    select
        celled.day_number
        {%- for slice_slot in slice_slots %},
        celled.slice_{{ slice_slot }}
        {%- endfor %}
        {%- for column in numeric_columns %},
        {{ ml_monitor.part_key('celled.' ~ column.slot, 'celled.' ~ column.slot ~ '_cell', column.slot ~ '_splits.') }} as {{ column.key }}
        {%- endfor %}
        {%- for column in categorical_columns %},
        celled.{{ column.slot }}
        {%- endfor %}
    from {{ name }}_celled as celled
    {%- for column in numeric_columns %}
    {{ ml_monitor.join_splits(column.slot ~ '_splits', 'feature', column.feature, 'celled', column.slot, column.slot ~ '_cell') }}
    {%- endfor %}

),

{{ name }}_counted as (

    select
        parts.day_number,
        {{ ml_monitor.slice_slot('parts', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('parts', slice_slots) }} as slice_value,
        case
            {%- for column in chunk %}
            when grouping(parts.{{ column.key }}) = 0 then '{{ column.feature }}'
            {%- endfor %}
        end as feature_name,
        case
            {%- for column in chunk %}
            when grouping(parts.{{ column.key }}) = 0 then {{ 1 if column.is_numeric else 0 }}
            {%- endfor %}
        end as is_numeric,
        {%- if numeric_columns %}
        coalesce({% for column in numeric_columns %}parts.{{ column.key }}{{ ', ' if not loop.last }}{% endfor %}) as cell_key,
        {%- else %}
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        {%- endif %}
        {%- if categorical_columns %}
        coalesce({% for column in categorical_columns %}parts.{{ column.key }}{{ ', ' if not loop.last }}{% endfor %}) as category,
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as category,
        {%- endif %}
        count(*) as row_count
    from {{ name }}_parts as parts
    group by
        {{ ml_monitor.grouping_sets_by_column('parts', ['day_number'], chunk | map(attribute='key') | list, slice_slots) }}

)
{%- endfor %}
{%- endfor %},

counted as (

    {%- for name in chunks %}
    select * from {{ name }}_counted
    union all
    {%- endfor %}
    select
        cast(null as {{ dbt.type_bigint() }}) as day_number,
        cast(null as int) as slice_slot,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        cast(null as {{ dbt.type_string() }}) as feature_name,
        cast(null as int) as is_numeric,
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_bigint() }}) as row_count
    where 1 = 0

)

select
    numbered_days.log_name,
    numbered_days.model_id,
    numbered_days.model_version,
    numbered_days.bin_version,
    numbered_days.predicted_date,
    slots.slice_key,
    counted.slice_value,
    counted.feature_name,
    counted.cell_key,
    counted.category,
    counted.row_count
from counted
inner join numbered_days
    on counted.day_number = numbered_days.day_number
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        numbered_days.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    numbered_days.has_edges
    or counted.is_numeric = 0
