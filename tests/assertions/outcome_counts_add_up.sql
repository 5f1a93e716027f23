{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The cubes of outcomes (binary, multiclass, regression) count as many labelled predictions per day and slice as the cube of all
    predictions does.
*/
with both_sides as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        slice_value,
        labelled_count,
        0 as outcome_count
    from {{ ref('int_ml_predictions_counted') }}
    where task in ('binary_classification', 'regression', 'multiclass_classification')
    union all
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        slice_value,
        0 as labelled_count,
        true_positive_count + false_positive_count + false_negative_count + true_negative_count as outcome_count
    from {{ ref('int_ml_binary_outcomes_counted') }}
    {%- for model in ml_monitor.needed(['int_ml_regression_errors_summed', 'int_ml_confusion_counted']) %}
    union all
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        slice_value,
        0 as labelled_count,
        labelled_count as outcome_count
    from {{ ref(model) }}
    {{ 'where superseded_date is null' if model == 'int_ml_confusion_counted' }}
    {%- endfor %}

)

select
    log_name,
    model_id,
    model_version,
    predicted_date,
    slice_key,
    slice_value,
    sum(labelled_count) as labelled_count,
    sum(outcome_count) as outcome_count
from both_sides
group by
    log_name,
    model_id,
    model_version,
    predicted_date,
    slice_key,
    slice_value
having sum(labelled_count) != sum(outcome_count)
