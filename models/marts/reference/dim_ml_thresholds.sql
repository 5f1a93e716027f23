/*
    Grain: model, metric, subject, feature and slice: every check there can be, with the thresholds that apply to it and
    where they came from. The policy row that names most of slice value, slice key, feature and model wins; what it
    leaves empty is the metric's default.
*/
with metrics as (

    select * from {{ ref('dim_ml_metrics') }}

),

models as (

    select
        model_versions.log_name,
        model_versions.task,
        model_versions.model_id,
        logs.has_sample_weights
    from {{ ref('int_ml_model_versions') }} as model_versions
    inner join {{ ref('int_ml_logs') }} as logs
        on model_versions.log_name = logs.log_name
    group by
        model_versions.log_name,
        model_versions.task,
        model_versions.model_id,
        logs.has_sample_weights

),

subjects as (

    select * from {{ ref('int_ml_drift_subjects') }}

),

slices as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.slice_key,
        cubes.slice_value,
        slots.has_features
    from {{ ref('int_ml_predictions_counted') }} as cubes
    inner join {{ ref('int_ml_slice_slots') }} as slots
        on
            cubes.log_name = slots.log_name
            and cubes.slice_key = slots.slice_key
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.slice_key,
        cubes.slice_value,
        slots.has_features

),

policy as (

    select * from {{ ref('int_ml_threshold_policy') }}

),

checks as (

    select
        models.log_name,
        models.model_id,
        metrics.metric_name,
        metrics.task as metric_task,
        subjects.subject,
        subjects.feature_name,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value
    from models
    inner join subjects
        on models.log_name = subjects.log_name
    inner join metrics
        on
            (subjects.feature_kind = metrics.task and metrics.area = 'drift')
            or (metrics.area = 'drift' and metrics.task = 'all' and subjects.subject != 'feature_pair')
            or (metrics.metric_name = 'null_rate' and subjects.subject = 'feature')
            or (
                metrics.metric_name in ('non_finite_rate', 'out_of_range_rate')
                and subjects.subject = 'feature'
                and subjects.feature_kind = 'numeric'
            )
            or (
                metrics.metric_name = 'unseen_category_rate'
                and subjects.feature_kind = 'categorical'
                and subjects.subject != 'label'
            )
    union all
    select
        models.log_name,
        models.model_id,
        metrics.metric_name,
        metrics.task as metric_task,
        subjects.subject,
        subjects.feature_name,
        slices.slice_key,
        slices.slice_value
    from models
    inner join slices
        on
            models.log_name = slices.log_name
            and models.model_id = slices.model_id
    inner join subjects
        on
            models.log_name = subjects.log_name
            and subjects.subject != 'feature_pair'
            and (slices.has_features or subjects.subject != 'feature')
    inner join metrics
        on
            metrics.area = 'drift'
            and metrics.task in ('all', subjects.feature_kind)
    union all
    select
        models.log_name,
        models.model_id,
        metrics.metric_name,
        metrics.task as metric_task,
        cast(null as {{ dbt.type_string() }}) as subject,
        cast(null as {{ dbt.type_string() }}) as feature_name,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value
    from models
    inner join metrics
        on
            (metrics.area = 'performance' and models.task = metrics.task)
            or metrics.area = 'maturity'
            or metrics.metric_name in ('row_count', 'rejected_row_rate', 'duplicate_row_rate', 'days_since_last_prediction')
    where models.has_sample_weights or not {{ ml_monitor.takes_sample_weights('metrics.metric_name') }}
    union all
    select
        models.log_name,
        models.model_id,
        metrics.metric_name,
        metrics.task as metric_task,
        cast(null as {{ dbt.type_string() }}) as subject,
        cast(null as {{ dbt.type_string() }}) as feature_name,
        slices.slice_key,
        slices.slice_value
    from models
    inner join slices
        on
            models.log_name = slices.log_name
            and models.model_id = slices.model_id
    inner join metrics
        on
            metrics.area = 'performance'
            and models.task = metrics.task
    where models.has_sample_weights or not {{ ml_monitor.takes_sample_weights('metrics.metric_name') }}

),

matched as (

    select
        checks.*,
        policy.warn_threshold,
        policy.fail_threshold,
        policy.min_sample_count,
        policy.reason,
        policy.specificity,
        row_number() over (
            partition by
                checks.model_id, checks.metric_name, checks.subject, checks.feature_name, checks.slice_key,
                checks.slice_value
            order by
                policy.specificity desc nulls last, policy.fail_threshold asc nulls last,
                policy.warn_threshold asc nulls last, policy.reason asc nulls last
        ) as preference
    from checks
    left join policy
        on
            checks.metric_name = policy.metric_name
            and coalesce(policy.model_id, checks.model_id) = checks.model_id
            and coalesce(policy.feature_name, checks.feature_name, '') = coalesce(checks.feature_name, '')
            and coalesce(policy.slice_key, checks.slice_key, '') = coalesce(checks.slice_key, '')
            and coalesce(policy.slice_value, checks.slice_value, '') = coalesce(checks.slice_value, '')

)

select
    matched.model_id,
    metrics.area,
    matched.metric_name,
    matched.subject,
    matched.feature_name,
    matched.slice_key,
    matched.slice_value,
    metrics.comparison,
    coalesce(matched.warn_threshold, metrics.warn_threshold) as warn_threshold,
    coalesce(matched.fail_threshold, metrics.fail_threshold) as fail_threshold,
    metrics.significance_level,
    coalesce(matched.min_sample_count, metrics.min_sample_count, 0) as min_sample_count,
    coalesce(matched.warn_threshold, matched.fail_threshold, metrics.warn_threshold, metrics.fail_threshold) is not null as is_judged,
    case
        when matched.specificity is null then 'default'
        when matched.specificity = 0 then 'policy: metric'
        else concat(
            'policy: metric',
            case when matched.specificity in (1, 3, 5, 7, 9, 11, 13, 15) then ', model' else '' end,
            case when matched.specificity in (2, 3, 6, 7, 10, 11, 14, 15) then ', feature' else '' end,
            case when matched.specificity >= 4 then ', slice' else '' end
        )
    end as threshold_source,
    coalesce(matched.reason, concat('default of ', matched.metric_name, ' (', metrics.source, ')')) as reason
from matched
inner join metrics
    on
        matched.metric_name = metrics.metric_name
        and matched.metric_task = metrics.task
where matched.preference = 1
