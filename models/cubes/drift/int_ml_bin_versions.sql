/*
    Grain: log, model, version and bin version that has frozen bins. Every day is counted under each of them, so that
    an old reference stays comparable after a new one. version_number: the four keys in one number, for this build.
*/
with bin_versions as (

    select
        log_name,
        model_id,
        model_version,
        bin_version
    from {{ ref('int_ml_reference_quantiles') }}
    union
    select
        log_name,
        model_id,
        model_version,
        bin_version
    from {{ ref('int_ml_reference_categories') }}

)

select
    bin_versions.log_name,
    bin_versions.model_id,
    bin_versions.model_version,
    bin_versions.bin_version,
    row_number() over (
        order by
            bin_versions.log_name asc, bin_versions.model_id asc, bin_versions.model_version asc,
            bin_versions.bin_version asc
    ) as version_number
from bin_versions
