{%- set chunk_size = 60 %}
{%- set exact_days = ref('int_ml_exact_days') %}
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
    where the log asks for it. Values count as at most 1e150, and -0 as 0.
*/
with predictions as (

    select
        predictions.*,
        {{ ml_monitor.countable_value('predictions.score') }} as countable_score,
        {{ ml_monitor.countable_value('predictions.predicted_value') }} as countable_predicted_value,
        {{ ml_monitor.countable_value('predictions.actual_value') }} as countable_actual
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}

)

{%- for name in ['score', 'predicted_value', 'actual'] %},

{{ name }}_counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.countable_{{ name }} as counted_value,
        count(*) as row_count
    from predictions
    where predictions.countable_{{ name }} is not null
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date', 'countable_' ~ name]) }}

)
{%- endfor %}
{%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
{%- set log_number = loop.index %}
{%- set slice_slots = ml_monitor.feature_slice_slots(log) %},

log_{{ log_number }}_rows as (

    {{ ml_monitor.feature_rows(log, days_join) }}

)
{%- for chunk in log.numeric_features | batch(chunk_size) %}
{%- set offset = loop.index0 * chunk_size %}
{%- set value_slots = [] %}
{%- for feature in chunk %}
{%- do value_slots.append('n' ~ (offset + loop.index)) %}
{%- endfor %},

log_{{ log_number }}_values_{{ loop.index }} as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
        {%- for slot in slice_slots %},
        slice_{{ slot }}
        {%- endfor %}
        {%- for slot in value_slots %},
        {{ ml_monitor.countable_value(slot) }} as {{ slot }}
        {%- endfor %}
    from log_{{ log_number }}_rows

),

log_{{ log_number }}_counted_{{ loop.index }} as (

    select
        feature_values.log_name,
        feature_values.model_id,
        feature_values.model_version,
        feature_values.predicted_date,
        {{ ml_monitor.slice_slot('feature_values', slice_slots) }} as slice_slot,
        {{ ml_monitor.slice_value('feature_values', slice_slots) }} as slice_value,
        case
            {%- for feature in chunk %}
            when grouping(feature_values.n{{ offset + loop.index }}) = 0 then '{{ feature }}'
            {%- endfor %}
        end as feature_name,
        coalesce({% for feature in chunk %}feature_values.n{{ offset + loop.index }}{{ ', ' if not loop.last }}{% endfor %}) as counted_value,
        count(*) as row_count
    from log_{{ log_number }}_values_{{ loop.index }} as feature_values
    group by
        {{ ml_monitor.grouping_sets_by_column('feature_values', ['log_name', 'model_id', 'model_version', 'predicted_date'], value_slots, slice_slots) }}

)
{%- endfor %}
{%- endfor %},

counted as (

    {%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
    {%- set log_number = loop.index %}
    {%- for chunk in log.numeric_features | batch(chunk_size) %}
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_slot,
        slice_value,
        'feature' as subject,
        feature_name,
        counted_value,
        row_count
    from log_{{ log_number }}_counted_{{ loop.index }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for subject, name in [('score', 'score'), ('prediction', 'predicted_value'), ('label', 'actual')] %}
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_slot,
        slice_value,
        '{{ subject }}' as subject,
        '{{ name }}' as feature_name,
        counted_value,
        row_count
    from {{ name }}_counted
    {{ 'union all' if not loop.last }}
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
