/*
    Grain: model and version with at least one accepted prediction. What policy says of it, what its predictions span,
    and its reference window. A version is active when it is the newest of its model and not retired.
*/
with model_versions as (

    select * from {{ ref('int_ml_model_versions') }}

),

policy as (

    select
        cast(model_id as {{ dbt.type_string() }}) as model_id,
        cast(model_version as {{ dbt.type_string() }}) as model_version,
        cast(model_name as {{ dbt.type_string() }}) as model_name,
        cast(owner as {{ dbt.type_string() }}) as owner,
        cast(tier as {{ dbt.type_string() }}) as tier,
        cast(purpose as {{ dbt.type_string() }}) as purpose,
        cast(deployed_at as date) as deployed_at,
        cast(retired_at as date) as retired_at
    from {{ ml_monitor.policy('models') }}

),

described as (

    select
        model_versions.*,
        coalesce(own.model_name, general.model_name, model_versions.model_id) as model_name,
        coalesce(own.owner, general.owner) as owner,
        coalesce(own.tier, general.tier, 'unclassified') as tier,
        coalesce(own.purpose, general.purpose) as purpose,
        coalesce(own.deployed_at, general.deployed_at, model_versions.first_predicted_date) as deployed_at,
        coalesce(own.retired_at, general.retired_at) as retired_at,
        row_number() over (
            partition by model_versions.model_id
            order by
                model_versions.first_predicted_date desc, model_versions.last_predicted_date desc,
                model_versions.model_version desc
        ) as version_recency
    from model_versions
    left join policy as own
        on
            model_versions.model_id = own.model_id
            and model_versions.model_version = own.model_version
    left join policy as general
        on
            model_versions.model_id = general.model_id
            and general.model_version is null

)

select
    described.model_id,
    described.model_version,
    described.model_name,
    described.log_name,
    described.task,
    described.owner,
    described.tier,
    described.purpose,
    described.deployed_at,
    described.retired_at,
    described.version_recency = 1
    and coalesce(cast(described.retired_at as timestamp) > {{ ml_monitor.as_of() }}, true) as is_active,
    described.version_recency = 1 as is_newest_version,
    described.first_predicted_date,
    described.last_predicted_date,
    cast(described.prediction_count as {{ dbt.type_bigint() }}) as prediction_count,
    cast(described.labelled_count as {{ dbt.type_bigint() }}) as labelled_count,
    baselines.reference_start,
    baselines.reference_end,
    baselines.baseline_source,
    baselines.bin_version
from described
left join {{ ref('int_ml_baselines') }} as baselines
    on
        described.log_name = baselines.log_name
        and described.model_id = baselines.model_id
        and described.model_version = baselines.model_version
