/*
    Grain: log, model and version. The fixed reference window of each version: the one that policy names, the most
    specific first, else the first days of the version (setting reference_days) once they are complete. A version
    without one is missing here, and its checks say no_baseline.
*/
with model_versions as (

    select * from {{ ref('int_ml_model_versions') }}

),

policy_baselines as (

    select
        model_id,
        model_version,
        cast(window_start as date) as reference_start,
        cast(window_end as date) as reference_end,
        reason
    from {{ ml_monitor.policy('baselines') }}
    where baseline_name = 'reference'

),

matched as (

    select
        model_versions.log_name,
        model_versions.model_id,
        model_versions.model_version,
        policy_baselines.reference_start,
        policy_baselines.reference_end,
        'policy' as baseline_source,
        policy_baselines.reason,
        row_number() over (
            partition by model_versions.log_name, model_versions.model_id, model_versions.model_version
            order by
                case when policy_baselines.model_version is null then 1 else 0 end asc,
                policy_baselines.reference_start asc, policy_baselines.reference_end asc
        ) as preference
    from model_versions
    inner join policy_baselines
        on
            model_versions.model_id = policy_baselines.model_id
            and (
                policy_baselines.model_version is null
                or model_versions.model_version = policy_baselines.model_version
            )

),

defaults as (

    select
        model_versions.log_name,
        model_versions.model_id,
        model_versions.model_version,
        model_versions.first_predicted_date as reference_start,
        cast(model_versions.first_predicted_date + {{ ml_monitor.setting('reference_days') }} as date) as reference_end,
        'default' as baseline_source,
        'the first {{ ml_monitor.setting("reference_days") }} days of the version' as reason
    from model_versions
    left join matched
        on
            model_versions.log_name = matched.log_name
            and model_versions.model_id = matched.model_id
            and model_versions.model_version = matched.model_version
    where matched.model_id is null

),

baselines as (

    select
        log_name,
        model_id,
        model_version,
        reference_start,
        reference_end,
        baseline_source,
        reason
    from matched
    where preference = 1
    union all
    select
        log_name,
        model_id,
        model_version,
        reference_start,
        reference_end,
        baseline_source,
        reason
    from defaults

)

select
    baselines.log_name,
    baselines.model_id,
    baselines.model_version,
    'reference' as baseline_name,
    baselines.reference_start,
    baselines.reference_end,
    concat(
        cast(baselines.reference_start as {{ dbt.type_string() }}), '..',
        cast(baselines.reference_end as {{ dbt.type_string() }})
    ) as bin_version,
    baselines.baseline_source,
    baselines.reason
from baselines
where cast(baselines.reference_end as timestamp) <= {{ ml_monitor.as_of() }}
