/*
    Grain: model with values in policy, version, window and slice with outcomes. What the predictions of a window were worth,
    by the values that policy states for each outcome (costs are negative): in all, per prediction, against what the
    reference window's value per prediction would have given, and against a dummy model.
      binary      counts of the confusion matrix times their values. The dummy always says the commoner class of the reference;
                  always_positive and always_negative are shown beside it.
      regression  units forecast too much and too little times their values. The dummy is the declared naive forecast where
                  every row has one, else the mean of the reference's actuals (windows up to the exact_row_limit).
    Labelled predictions only: an immature window is marked, and its value is that of the labels that are in.
*/
with value_matrix as (

    select * from {{ ref('int_ml_value_matrix') }}

),

binary_values as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        value_matrix.currency,
        windows.labelled_count,
        windows.true_positive_count * value_matrix.true_positive_value
        + windows.false_positive_count * value_matrix.false_positive_value
        + windows.false_negative_count * value_matrix.false_negative_value
        + windows.true_negative_count * value_matrix.true_negative_value as value_total,
        dummies.positive_count * value_matrix.true_positive_value
        + dummies.negative_count * value_matrix.false_positive_value as always_positive_value,
        dummies.positive_count * value_matrix.false_negative_value
        + dummies.negative_count * value_matrix.true_negative_value as always_negative_value,
        dummies.says_positive
    from {{ ref('int_ml_binary_windows') }} as windows
    inner join value_matrix
        on windows.model_id = value_matrix.model_id
    inner join {{ ref('int_ml_binary_dummies') }} as dummies
        on
            windows.log_name = dummies.log_name
            and windows.model_id = dummies.model_id
            and windows.model_version = dummies.model_version
            and windows.granularity = dummies.granularity
            and windows.window_start = dummies.window_start
            and coalesce(windows.slice_key, '') = coalesce(dummies.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(dummies.slice_value, '')
    where windows.labelled_count > 0

),

{% if ml_monitor.is_needed('int_ml_regression_windows') -%}
regression_values as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        value_matrix.currency,
        windows.labelled_count,
        windows.over_error_sum * value_matrix.over_forecast_value
        + (windows.over_error_sum - windows.error_sum) * value_matrix.under_forecast_value as value_total,
        windows.naive_count = windows.labelled_count as has_naive,
        windows.naive_over_error_sum * value_matrix.over_forecast_value
        + (windows.naive_over_error_sum - windows.naive_error_sum) * value_matrix.under_forecast_value as naive_value_total,
        from_rows.dummy_over_error_sum * value_matrix.over_forecast_value
        + from_rows.dummy_under_error_sum * value_matrix.under_forecast_value as mean_value_total
    from {{ ref('int_ml_regression_windows') }} as windows
    inner join value_matrix
        on windows.model_id = value_matrix.model_id
    left join {{ ref('int_ml_regression_ordered') }} as from_rows
        on
            windows.log_name = from_rows.log_name
            and windows.model_id = from_rows.model_id
            and windows.model_version = from_rows.model_version
            and windows.granularity = from_rows.granularity
            and windows.window_start = from_rows.window_start
            and coalesce(windows.slice_key, '') = coalesce(from_rows.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(from_rows.slice_value, '')

),

{% endif -%}
all_values as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        currency,
        labelled_count,
        value_total,
        always_positive_value,
        always_negative_value,
        case when says_positive then 'always_positive' when not says_positive then 'always_negative' end as dummy_name,
        case when says_positive then always_positive_value when not says_positive then always_negative_value end as dummy_value_total
    from binary_values
    {%- if ml_monitor.is_needed('int_ml_regression_windows') %}
    union all
    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        currency,
        labelled_count,
        value_total,
        cast(null as {{ ml_monitor.type_double() }}) as always_positive_value,
        cast(null as {{ ml_monitor.type_double() }}) as always_negative_value,
        case when has_naive then 'naive' when mean_value_total is not null then 'mean_of_reference' end as dummy_name,
        case when has_naive then naive_value_total else mean_value_total end as dummy_value_total
    from regression_values
    {%- endif %}

),

rated as (

    select
        all_values.*,
        {{ ml_monitor.safe_divide('all_values.value_total', 'all_values.labelled_count') }} as value_per_prediction
    from all_values

)

select
    rated.model_id,
    rated.model_version,
    rated.granularity,
    rated.window_start,
    windows.window_end,
    rated.slice_key,
    rated.slice_value,
    windows.is_complete,
    maturity.is_mature,
    windows.prediction_count,
    windows.labelled_count,
    {{ ml_monitor.safe_divide('windows.labelled_count', 'windows.prediction_count') }} as label_coverage,
    rated.currency,
    rated.value_total,
    rated.value_per_prediction,
    reference.value_per_prediction as reference_value_per_prediction,
    (rated.value_per_prediction - reference.value_per_prediction) * rated.labelled_count as value_against_reference,
    rated.dummy_name,
    rated.dummy_value_total,
    rated.value_total - rated.dummy_value_total as value_against_dummy,
    rated.always_positive_value,
    rated.always_negative_value
from rated
inner join {{ ref('int_ml_window_counts') }} as windows
    on
        rated.log_name = windows.log_name
        and rated.model_id = windows.model_id
        and rated.model_version = windows.model_version
        and rated.granularity = windows.granularity
        and rated.window_start = windows.window_start
        and coalesce(rated.slice_key, '') = coalesce(windows.slice_key, '')
        and coalesce(rated.slice_value, '') = coalesce(windows.slice_value, '')
inner join {{ ref('int_ml_window_maturity') }} as maturity
    on
        rated.log_name = maturity.log_name
        and rated.model_id = maturity.model_id
        and rated.model_version = maturity.model_version
        and rated.granularity = maturity.granularity
        and rated.window_start = maturity.window_start
left join rated as reference
    on
        rated.log_name = reference.log_name
        and rated.model_id = reference.model_id
        and rated.model_version = reference.model_version
        and reference.granularity = 'reference'
        and coalesce(rated.slice_key, '') = coalesce(reference.slice_key, '')
        and coalesce(rated.slice_value, '') = coalesce(reference.slice_value, '')
