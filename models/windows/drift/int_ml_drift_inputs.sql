{%- set text = dbt.type_string() %}
{%- set every_window = "cast('1970-01-01' as date)" %}
/*
    Grain: log, model, window and input. What the verdicts of fct_ml_drift are made of beside its measures, as text: of a
    window what is known of it and its baselines; of a model, under the granularity `every`, its thresholds, subjects and
    slices. A verdict whose measures and inputs are as they were stays as it was (int_ml_drift_due).
*/
with subjects as (

    select
        log_name,
        concat(
            'subject ', subject, ' ', feature_name, ' ', feature_kind, ' ', coalesce(cast(importance as {{ text }}), '')
        ) as verdict_input
    from {{ ref('int_ml_drift_subjects') }}
    union all
    select
        log_name,
        concat('slice ', slice_key, case when has_features then ' with features' else '' end) as verdict_input
    from {{ ref('int_ml_slice_slots') }}

),

models as (

    select
        log_name,
        model_id
    from {{ ref('int_ml_model_versions') }}
    group by
        log_name,
        model_id

)

select
    models.log_name,
    models.model_id,
    'every' as granularity,
    {{ every_window }} as window_start,
    subjects.verdict_input
from models
inner join subjects
    on models.log_name = subjects.log_name
union all
select
    models.log_name,
    models.model_id,
    'every' as granularity,
    {{ every_window }} as window_start,
    concat(
        'threshold ', thresholds.metric_name, ' ', coalesce(thresholds.subject, ''), ' ', coalesce(thresholds.feature_name, ''), ' ',
        coalesce(thresholds.slice_key, ''), ' ', coalesce(thresholds.slice_value, ''), ' ', thresholds.comparison, ' ',
        coalesce(cast(thresholds.warn_threshold as {{ text }}), ''), ' ',
        coalesce(cast(thresholds.fail_threshold as {{ text }}), ''), ' ',
        coalesce(cast(thresholds.significance_level as {{ text }}), ''), ' ',
        coalesce(cast(thresholds.min_sample_count as {{ text }}), '')
    ) as verdict_input
from models
inner join {{ ref('dim_ml_thresholds') }} as thresholds
    on
        models.model_id = thresholds.model_id
        and thresholds.area = 'drift'
union all
select
    comparisons.log_name,
    comparisons.model_id,
    comparisons.granularity,
    comparisons.window_start,
    concat(
        comparisons.model_version, ' ', comparisons.baseline_name, ' ', coalesce(comparisons.member_signature, ''),
        ' of ', cast(windows.prediction_count as {{ text }}),
        case when windows.is_complete then ', complete' else '' end,
        case when windows.is_in_baseline then ', in the reference' else '' end,
        case when maturity.is_mature then ', mature' else '' end
    ) as verdict_input
from {{ ref('int_ml_comparisons') }} as comparisons
inner join {{ ref('int_ml_window_counts') }} as windows
    on
        comparisons.log_name = windows.log_name
        and comparisons.model_id = windows.model_id
        and comparisons.model_version = windows.model_version
        and comparisons.granularity = windows.granularity
        and comparisons.window_start = windows.window_start
        and windows.slice_key is null
left join {{ ref('int_ml_window_maturity') }} as maturity
    on
        comparisons.log_name = maturity.log_name
        and comparisons.model_id = maturity.model_id
        and comparisons.model_version = maturity.model_version
        and comparisons.granularity = maturity.granularity
        and comparisons.window_start = maturity.window_start
