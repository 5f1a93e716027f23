{{ config(materialized='table') }}
/*
    Grain: log, source table and raw day. A cheap signature of what the user's tables hold on each day, to compare
    with the one that the last finished build kept in int_ml_days_built.
    A features table has no date of its own: its rows count for the day of their prediction. So do class scores; those
    without a prediction stand under 1900-01-01.
*/
{%- for log in ml_monitor.prediction_logs() %}
{%- set in_table_features = log.numeric_features + log.categorical_features if log.features is none else [] %}
{%- set in_table_slices = log.slices | selectattr('table', 'equalto', 'predictions') | map(attribute='columns') | sum(start=[]) %}
{%- set predicted_at = ml_monitor.input_column(log.predictions, 'predicted_at', 'timestamp', true) %}
select
    '{{ log.name }}' as log_name,
    'predictions' as source_name,
    {{ ml_monitor.raw_date(predicted_at) }} as raw_date,
    count(*) as row_count,
    {{ ml_monitor.raw_day_signature(
        log, log.predictions, predicted_at,
        ml_monitor.required_prediction_columns(log) + log.predictions.columns.keys() | list,
        in_table_features + in_table_slices
    ) }} as day_signature
from {{ ml_monitor.declared_relation(log.predictions.relation) }} as raw_rows
group by {{ ml_monitor.raw_date(predicted_at) }}
{%- if log.outcomes is not none %}
{%- set observed_at = ml_monitor.input_column(log.outcomes, 'observed_at', 'timestamp', true) %}
union all
select
    '{{ log.name }}' as log_name,
    'outcomes' as source_name,
    {{ ml_monitor.raw_date(observed_at) }} as raw_date,
    count(*) as row_count,
    {{ ml_monitor.raw_day_signature(
        log, log.outcomes, observed_at,
        ml_monitor.required_outcome_columns(log) + log.outcomes.columns.keys() | list
    ) }} as day_signature
from {{ ml_monitor.declared_relation(log.outcomes.relation) }} as raw_rows
group by {{ ml_monitor.raw_date(observed_at) }}
{%- endif %}
{%- if log.features is not none %}
{%- set features_slices = log.slices | selectattr('table', 'equalto', 'features') | map(attribute='columns') | sum(start=[]) %}
union all
select
    '{{ log.name }}' as log_name,
    'features' as source_name,
    predictions.predicted_date as raw_date,
    count(*) as row_count,
    {{ ml_monitor.raw_day_signature(
        log, log.features, none,
        (['request_id', 'item_id'] if log.task == 'ranking' else ['prediction_id'])
        + (['naive_value', 'pairing_id'] | select('in', log.features.columns) | list),
        log.numeric_features + log.categorical_features + features_slices
    ) }} as day_signature
from {{ ml_monitor.declared_relation(log.features.relation) }} as raw_rows
inner join {{ ref('stg_ml_predictions') }} as predictions
    on
        predictions.log_name = '{{ log.name }}'
        and {{ ml_monitor.input_prediction_id(log, log.features) }} = predictions.prediction_id
group by predictions.predicted_date
{%- endif %}
{%- if log.class_scores is not none %}
{%- set prediction_id = ml_monitor.input_prediction_id(log, log.class_scores) %}
{%- set scored_date = "coalesce(predictions.predicted_date, cast('1900-01-01' as date))" %}
union all
select
    '{{ log.name }}' as log_name,
    'class_scores' as source_name,
    {{ scored_date }} as raw_date,
    count(*) as row_count,
    {{ ml_monitor.raw_day_signature(
        log, log.class_scores, none, ml_monitor.required_class_score_columns() + log.class_scores.columns.keys() | list
    ) }} as day_signature
from {{ ml_monitor.declared_relation(log.class_scores.relation) }} as raw_rows
left join {{ ref('stg_ml_predictions') }} as predictions
    on
        predictions.log_name = '{{ log.name }}'
        and {{ prediction_id }} = predictions.prediction_id
group by {{ scored_date }}
{%- endif %}
{{ 'union all' if not loop.last }}
{%- endfor %}
