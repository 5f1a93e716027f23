{%- set chunk_size = 60 %}
{%- set exact_days = ref('int_ml_exact_days') %}
{%- set keys = ['log_name', 'model_id', 'model_version', 'predicted_date'] %}
{%- set days_join %}
    inner join {{ exact_days }} as exact_days
        on
            predictions.log_name = exact_days.log_name
            and predictions.model_id = exact_days.model_id
            and predictions.model_version = exact_days.model_version
            and predictions.predicted_date = exact_days.predicted_date
{%- endset %}
/*
    Grain: log, model, version, day, slice, subject, feature and value. How many rows have each finite value, for the
    days that this build reads value by value and for these alone; score, prediction and label by slice too, features
    where the log asks for it. Values count as at most 1e150, and -0 as 0. The values of a feature with more than 1,000
    distinct ones in its references hardly repeat and are not counted: such a value has a row each time that it stands.
*/
with bin_edges as (

    select * from {{ ref('int_ml_bin_edges') }}

),

output_rows as (

    select
        predictions.*,
        predictions.predicted_value as prediction,
        predictions.actual_value as actual
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}

)

{#- what is read: name, relation of rows, slice slots, and for each column its subject and feature -#}
{%- set outputs = [('score', 'score', 'score'), ('prediction', 'prediction', 'predicted_value'), ('actual', 'label', 'actual')] %}
{%- set sources = [('output', 'output_rows', ml_monitor.used_slice_slots(), outputs)] %}
{%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
{%- set rows_cte = 'log_' ~ loop.index ~ '_rows' %}
{%- for chunk in log.numeric_features | batch(chunk_size) %}
{%- set offset = loop.index0 * chunk_size %}
{%- set columns = [] %}
{%- for feature in chunk %}
{%- do columns.append(('n' ~ (offset + loop.index), 'feature', feature)) %}
{%- endfor %}
{%- do sources.append((rows_cte ~ '_' ~ loop.index, rows_cte, ml_monitor.feature_slice_slots(log), columns)) %}
{%- endfor %},

{{ rows_cte }} as (

    {{ ml_monitor.feature_rows(log, days_join) }}

)
{%- endfor %}
{%- for name, rows_cte, slice_slots, columns in sources %},

{{ name }}_kinds as (

    select
        log_name,
        model_id,
        model_version
        {%- for column, subject, feature_name in columns %},
        coalesce(
            min(case when is_discrete then 1 else 0 end) filter (where subject = '{{ subject }}' and feature_name = '{{ feature_name }}'), 1
        ) = 1 as {{ column }}_is_discrete
        {%- endfor %}
    from bin_edges
    group by
        log_name,
        model_id,
        model_version

),

{{ name }}_values as (

    select
        {%- for key in keys %}
        {{ rows_cte }}.{{ key }},
        {%- endfor %}
        {%- for slot in slice_slots %}
        {{ rows_cte }}.slice_{{ slot }},
        {%- endfor %}
        {%- for column, subject, feature_name in columns %}
        coalesce(kinds.{{ column }}_is_discrete, true) as {{ column }}_is_discrete,
        {{ ml_monitor.countable_value(rows_cte ~ '.' ~ column) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows_cte }}
    left join {{ name }}_kinds as kinds
        on
            {{ rows_cte }}.log_name = kinds.log_name
            and {{ rows_cte }}.model_id = kinds.model_id
            and {{ rows_cte }}.model_version = kinds.model_version

),

{{ name }}_discrete as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for slot in slice_slots %}
        slice_{{ slot }},
        {%- endfor %}
        {%- for column, subject, feature_name in columns %}
        case when {{ column }}_is_discrete then {{ column }} end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ name }}_values

)
{%- endfor %},

counted as (

    {%- for name, rows_cte, slice_slots, columns in sources %}
    select
        {%- for key in keys %}
        discrete.{{ key }},
        {%- endfor %}
        {{ ml_monitor.slice_slot('discrete', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('discrete', slice_slots) }} as slice_value,
        {%- for kind, position in [('subject', 1), ('feature_name', 2)] %}
        case
            {%- for column in columns %}
            when grouping(discrete.{{ column[0] }}) = 0 then '{{ column[position] }}'
            {%- endfor %}
        end as {{ kind }},
        {%- endfor %}
        coalesce({{ 'discrete.' ~ columns | map('first') | join(', discrete.') }}{{ ', null' if columns | length == 1 }}) as counted_value,
        count(*) as row_count
    from {{ name }}_discrete as discrete
    group by
        {{ ml_monitor.grouping_sets_by_column('discrete', keys, columns | map('first') | list, slice_slots) }}
    union all
    {%- set outer_loop = loop %}
    {%- for column, subject, feature_name in columns %}
    {%- set outer_column = loop %}
    {%- for slot in [none] + slice_slots %}
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {{ slot or 0 }} as slice_slot,
        {{ "coalesce(slice_" ~ slot ~ ", '(null)')" if slot else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as slice_value,
        '{{ subject }}' as subject,
        '{{ feature_name }}' as feature_name,
        {{ column }} as counted_value,
        1 as row_count
    from {{ name }}_values
    where not {{ column }}_is_discrete
    {{ 'union all' if not (loop.last and outer_column.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}

)

select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.predicted_date,
    slots.slice_key,
    counted.slice_value,
    counted.subject,
    counted.feature_name,
    counted.counted_value,
    counted.row_count
from counted
inner join {{ ref('int_ml_drift_subjects') }} as subjects
    on
        counted.log_name = subjects.log_name
        and counted.subject = subjects.subject
        and counted.feature_name = subjects.feature_name
        and subjects.feature_kind = 'numeric'
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.counted_value is not null
    and (counted.slice_slot = 0 or slots.slice_key is not null)
