{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
{%- set chunk_size = 20 %}
{%- set fractions = ['0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '0.01', '0.05', '0.95', '0.99'] %}
/*
    Grain: log, model, version, bin version, subject and numeric feature. Deciles and tails (numpy's linear
    interpolation), extremes and distinct values (all up to 1,000, else at least as many) of the finite reference values.
    Frozen: what a feature has in a bin version is written once, when its reference window is complete or the feature is
    declared, and stays whatever happens to the rows later, --full-refresh included. A few features at a time: DuckDB plans
    many counts of distinct values in one select in the square of their number.
*/
with pending as (

    {{ ml_monitor.pending_reference_days('numeric') }}

),

{%- set days_join %}
    inner join pending
        on
            predictions.log_name = pending.log_name
            and predictions.model_id = pending.model_id
            and predictions.model_version = pending.model_version
            and predictions.predicted_date = pending.predicted_date
{%- endset %}

score_rows as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        pending.bin_version,
        predictions.predicted_date,
        predictions.score as n1,
        predictions.predicted_value as n2
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}

),

{{ ml_monitor.reference_quantiles('score_rows', ['n1', 'n2'], fractions, 'score_quantiles') }}

{%- for log in ml_monitor.prediction_logs() %}
{%- set log_number = loop.index %}
{%- if log.numeric_features %},

log_{{ log_number }}_rows as (

    select
        feature_rows.*,
        pending.bin_version
    from (
        {{ ml_monitor.feature_rows(log, days_join) }}
    ) as feature_rows
    inner join pending
        on
            feature_rows.log_name = pending.log_name
            and feature_rows.model_id = pending.model_id
            and feature_rows.model_version = pending.model_version
            and feature_rows.predicted_date = pending.predicted_date

),
{%- for slots in ml_monitor.feature_slots(log)[:log.numeric_features | length] | batch(chunk_size) %}

{{ ml_monitor.reference_quantiles('log_' ~ log_number ~ '_rows', slots, fractions, 'log_' ~ log_number ~ '_quantiles_' ~ loop.index) }}
{{- ',' if not loop.last }}
{%- endfor %}
{%- endif %}
{%- endfor %},

measured as (

    {{ ml_monitor.long_quantiles('score_quantiles', 'n1', 'score', 'score') }}
    union all
    {{ ml_monitor.long_quantiles('score_quantiles', 'n2', 'prediction', 'predicted_value') }}
    {%- for log in ml_monitor.prediction_logs() %}
    {%- set log_number = loop.index %}
    {%- for feature in log.numeric_features %}
    union all
    {%- set chunk_number = loop.index0 // chunk_size + 1 %}
    {{ ml_monitor.long_quantiles('log_' ~ log_number ~ '_quantiles_' ~ chunk_number, 'n' ~ loop.index, 'feature', feature) }}
    {%- endfor %}
    {%- endfor %}

)

select measured.*
from measured
{%- if ml_monitor.is_partial_build() %}
left join (
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name
    from {{ this }}
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name
) as frozen
    on
        measured.log_name = frozen.log_name
        and measured.model_id = frozen.model_id
        and measured.model_version = frozen.model_version
        and measured.bin_version = frozen.bin_version
        and measured.subject = frozen.subject
        and measured.feature_name = frozen.feature_name
where frozen.feature_name is null
{%- endif %}
