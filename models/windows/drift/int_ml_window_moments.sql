{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window, slice, subject and numeric feature. Counts, extremes, mean and sum of squared
    deviations of each window's finite values, merged from the days without cancellation (Chan, Golub, LeVeque 1983).
    Slices in days, weeks, months and the reference.
*/
with days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        slice_value,
        'feature' as subject,
        feature_name,
        row_count,
        null_count,
        finite_count,
        zero_count,
        value_minimum,
        value_maximum,
        value_mean,
        deviation_square_sum
    from {{ ref('int_ml_features_summed') }}
    union all
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_key,
        slice_value,
        subject,
        feature_name,
        row_count,
        null_count,
        finite_count,
        zero_count,
        value_minimum,
        value_maximum,
        value_mean,
        deviation_square_sum
    from {{ ref('int_ml_scores_summed') }}

),

window_days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    where window_days.granularity != 'lifetime'

),

{{ ml_monitor.merged_moments(
    'days', 'window_days', ['log_name', 'model_id', 'model_version', 'predicted_date'],
    ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end'],
    "days.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference')",
) }}

select * from merged_moments
