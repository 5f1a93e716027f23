/*
    Grain: log, model, version and baseline that policy names (any name but the built-in ones). A window of dates for
    every version, or for one; the version's own days of it count, without excluded periods. In words: "compare with
    the peak season of last year".
*/
with model_versions as (

    select * from {{ ref('int_ml_model_versions') }}

),

policy_baselines as (

    select * from {{ ml_monitor.policy('baselines') }}
    where baseline_name not in ('{{ ml_monitor.known_baselines() | join("', '") }}')

),

matched as (

    select
        model_versions.log_name,
        model_versions.model_id,
        model_versions.model_version,
        policy_baselines.baseline_name,
        cast(policy_baselines.window_start as date) as baseline_start,
        cast(policy_baselines.window_end as date) as baseline_end,
        row_number() over (
            partition by
                model_versions.log_name, model_versions.model_id, model_versions.model_version,
                policy_baselines.baseline_name
            order by
                case when policy_baselines.model_version is null then 1 else 0 end asc,
                policy_baselines.window_start asc, policy_baselines.window_end asc
        ) as preference
    from model_versions
    inner join policy_baselines
        on
            model_versions.model_id = policy_baselines.model_id
            and model_versions.model_version = coalesce(policy_baselines.model_version, model_versions.model_version)

)

select
    log_name,
    model_id,
    model_version,
    baseline_name,
    baseline_start,
    baseline_end
from matched
where preference = 1
