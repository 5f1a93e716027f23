{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, day, known_date and superseded_date (null = never). Predictions by the first date
    before which they were loaded, and outcomes by the first date before which they were known.
*/
with labels as (

    {{- ml_monitor.known_labels(none, []) }}
),

known_rows as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.known_date('predictions.predicted_at', ['predictions.loaded_at']) }} as known_date,
        cast(null as date) as superseded_date,
        1 as prediction_count,
        case when predictions.predicted_label = '1' then 1 else 0 end as predicted_positive_count,
        predictions.score,
        0 as labelled_count
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    union all
    select
        labels.log_name,
        labels.model_id,
        labels.model_version,
        labels.predicted_date,
        labels.known_date,
        labels.superseded_date,
        0 as prediction_count,
        0 as predicted_positive_count,
        cast(null as {{ ml_monitor.type_double() }}) as score,
        1 as labelled_count
    from labels

)

select
    log_name,
    model_id,
    model_version,
    predicted_date,
    known_date,
    superseded_date,
    cast(sum(prediction_count) as {{ dbt.type_bigint() }}) as prediction_count,
    cast(sum(predicted_positive_count) as {{ dbt.type_bigint() }}) as predicted_positive_count,
    coalesce(sum(score), 0) as score_sum,
    cast(sum(labelled_count) as {{ dbt.type_bigint() }}) as labelled_count
from known_rows
group by
    log_name,
    model_id,
    model_version,
    predicted_date,
    known_date,
    superseded_date
