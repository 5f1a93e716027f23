{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window and pair of numeric features. What the correlation of a pair is made of, merged
    from the days of each window.
*/
with days as (

    select * from {{ ref('int_ml_feature_pairs_summed') }}

),

window_days as (

    select window_days.*
    from {{ ref('int_ml_window_days') }} as window_days
    {{ ml_monitor.in_dirty_windows('window_days') }}
    where window_days.granularity != 'lifetime'

),

{{ ml_monitor.merged_comoments(
    'days', 'window_days', ['log_name', 'model_id', 'model_version', 'predicted_date'],
    ['log_name', 'model_id', 'model_version', 'granularity', 'window_start'],
) }}

select * from merged_comoments
