{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
/*
    Grain: log, model, version, bin version, subject, categorical feature and category. The most frequent
    categories of the reference (the log's category_limit, 100), by rank; further ones (is_folded) share the bin
    `other`. Frozen like the deciles, each feature by itself.
*/
with pending as (

    {{ ml_monitor.pending_reference_days('categorical') }}

),

{%- set days_join %}
    inner join pending
        on
            predictions.log_name = pending.log_name
            and predictions.model_id = pending.model_id
            and predictions.model_version = pending.model_version
            and predictions.predicted_date = pending.predicted_date
{%- endset %}

counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        pending.bin_version,
        'prediction' as subject,
        'predicted_label' as feature_name,
        predictions.predicted_label as category,
        count(*) as row_count
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}
    where predictions.predicted_label is not null
    group by
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        pending.bin_version,
        predictions.predicted_label
    {%- for log in ml_monitor.prediction_logs() if log.categorical_features %}
    union all
    select
        feature_rows.log_name,
        feature_rows.model_id,
        feature_rows.model_version,
        pending.bin_version,
        'feature' as subject,
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
    from (
        {{ ml_monitor.feature_rows(log, days_join) }}
    ) as feature_rows
    inner join pending
        on
            feature_rows.log_name = pending.log_name
            and feature_rows.model_id = pending.model_id
            and feature_rows.model_version = pending.model_version
            and feature_rows.predicted_date = pending.predicted_date
    group by grouping sets (
        {%- for feature in log.categorical_features %}
        (feature_rows.log_name, feature_rows.model_id, feature_rows.model_version, pending.bin_version, feature_rows.c{{ loop.index }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- endfor %}

),

ranked as (

    select
        counted.*,
        row_number() over (
            partition by
                counted.log_name, counted.model_id, counted.model_version, counted.bin_version, counted.subject,
                counted.feature_name
            order by counted.row_count desc, counted.category asc
        ) as category_rank
    from counted
    where counted.category is not null

)

select
    ranked.log_name,
    ranked.model_id,
    ranked.model_version,
    ranked.bin_version,
    ranked.subject,
    ranked.feature_name,
    ranked.category,
    ranked.category_rank,
    ranked.category_rank > logs.category_limit as is_folded
from ranked
inner join {{ ref('int_ml_logs') }} as logs
    on ranked.log_name = logs.log_name
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
        ranked.log_name = frozen.log_name
        and ranked.model_id = frozen.model_id
        and ranked.model_version = frozen.model_version
        and ranked.bin_version = frozen.bin_version
        and ranked.subject = frozen.subject
        and ranked.feature_name = frozen.feature_name
where frozen.feature_name is null
{%- endif %}
