{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set chunk_size = 60 %}
/*
    Grain: log, model, version, bin version, day, slice, feature and cell. Row counts of every feature in one pass over
    the wide rows: of a numeric feature by fine cell (macro cell_key), of a categorical one by category. By slice where
    the log asks for it (features: slices).
*/
with due_days as (

    {{ ml_monitor.due_bin_days() }}

),

due_dates as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
    from due_days
    group by
        log_name,
        model_id,
        model_version,
        predicted_date

)

{%- for log in ml_monitor.prediction_logs() if log.numeric_features or log.categorical_features %}
{%- set log_number = loop.index %}
{%- set slice_slots = ml_monitor.feature_slice_slots(log) %},

log_{{ log_number }}_rows as (

    {{ ml_monitor.feature_rows(log, ml_monitor.in_due_dates()) }}

)
{%- for chunk in log.numeric_features | batch(chunk_size) %}
{%- set offset = loop.index0 * chunk_size %}
{%- set slots = [] %}
{%- for feature in chunk %}
{%- do slots.append(['n' ~ (offset + loop.index), 'feature', feature]) %}
{%- endfor %}
{%- set cells = [] %}
{%- for slot in slots %}
{%- do cells.append(slot[0] ~ '_cell') %}
{%- endfor %},

log_{{ log_number }}_edges_{{ loop.index }} as (

    {{ ml_monitor.wide_knots(log.name, slots) }}

),

log_{{ log_number }}_binned_{{ loop.index }} as (

    select
        feature_rows.log_name,
        feature_rows.model_id,
        feature_rows.model_version,
        edges.bin_version,
        feature_rows.predicted_date
        {%- for slice_slot in slice_slots %},
        feature_rows.slice_{{ slice_slot }}
        {%- endfor %}
        {%- for slot in slots %},
        {{ ml_monitor.cell_key('feature_rows.' ~ slot[0], 'edges.' ~ slot[0] ~ '_') }} as {{ slot[0] }}_cell
        {%- endfor %}
    from log_{{ log_number }}_rows as feature_rows
    inner join log_{{ log_number }}_edges_{{ loop.index }} as edges
        on
            feature_rows.log_name = edges.log_name
            and feature_rows.model_id = edges.model_id
            and feature_rows.model_version = edges.model_version

),

log_{{ log_number }}_numeric_{{ loop.index }} as (

    select
        binned.log_name,
        binned.model_id,
        binned.model_version,
        binned.bin_version,
        binned.predicted_date,
        {{ ml_monitor.slice_slot('binned', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('binned', slice_slots) }} as slice_value,
        case
            {%- for slot in slots %}
            when grouping(binned.{{ slot[0] }}_cell) = 0 then '{{ slot[2] }}'
            {%- endfor %}
        end as feature_name,
        coalesce({% for slot in slots %}binned.{{ slot[0] }}_cell{{ ', ' if not loop.last }}{% endfor %}) as cell_key,
        cast(null as {{ dbt.type_string() }}) as category,
        count(*) as row_count
    from log_{{ log_number }}_binned_{{ loop.index }} as binned
    group by
        {{ ml_monitor.grouping_sets_by_column('binned', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date'], cells, slice_slots) }}

)
{%- endfor %}
{%- if log.categorical_features %}
{%- set category_slots = [] %}
{%- for feature in log.categorical_features %}
{%- do category_slots.append('c' ~ loop.index) %}
{%- endfor %},

log_{{ log_number }}_category_rows as (

    select
        feature_rows.*,
        bin_versions.bin_version
    from log_{{ log_number }}_rows as feature_rows
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            feature_rows.log_name = bin_versions.log_name
            and feature_rows.model_id = bin_versions.model_id
            and feature_rows.model_version = bin_versions.model_version

),

log_{{ log_number }}_categorical as (

    select
        feature_rows.log_name,
        feature_rows.model_id,
        feature_rows.model_version,
        feature_rows.bin_version,
        feature_rows.predicted_date,
        {{ ml_monitor.slice_slot('feature_rows', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('feature_rows', slice_slots) }} as slice_value,
        case
            {%- for feature in log.categorical_features %}
            when grouping(feature_rows.c{{ loop.index }}) = 0 then '{{ feature }}'
            {%- endfor %}
        end as feature_name,
        case
            {%- for feature in log.categorical_features %}
            when grouping(feature_rows.c{{ loop.index }}) = 0 then feature_rows.c{{ loop.index }}
            {%- endfor %}
        end as category,
        count(*) as row_count
    from log_{{ log_number }}_category_rows as feature_rows
    group by
        {{ ml_monitor.grouping_sets_by_column('feature_rows', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date'], category_slots, slice_slots) }}

)
{%- endif %}
{%- endfor %},

counted as (

    {%- for log in ml_monitor.prediction_logs() if log.numeric_features or log.categorical_features %}
    {%- set log_number = loop.index %}
    {%- for chunk in log.numeric_features | batch(chunk_size) %}
    select * from log_{{ log_number }}_numeric_{{ loop.index }}
    union all
    {%- endfor %}
    {%- if log.categorical_features %}
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        slice_slot,
        slice_value,
        feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        category,
        row_count
    from log_{{ log_number }}_categorical
    union all
    {%- endif %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as log_name,
        cast(null as {{ dbt.type_string() }}) as model_id,
        cast(null as {{ dbt.type_string() }}) as model_version,
        cast(null as {{ dbt.type_string() }}) as bin_version,
        cast(null as date) as predicted_date,
        cast(null as int) as slice_slot,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        cast(null as {{ dbt.type_string() }}) as feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_bigint() }}) as row_count
    where 1 = 0

)

select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.bin_version,
    counted.predicted_date,
    slots.slice_key,
    counted.slice_value,
    counted.feature_name,
    counted.cell_key,
    counted.category,
    counted.row_count
from counted
inner join due_days
    on
        counted.log_name = due_days.log_name
        and counted.model_id = due_days.model_id
        and counted.model_version = due_days.model_version
        and counted.bin_version = due_days.bin_version
        and counted.predicted_date = due_days.predicted_date
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
