{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Every check that declaration, thresholds and calendar ask for has a result of its own in fct_ml_checks. Looks for
    the result itself, not for the row that stands in for a missing one.
*/
select expected.*
from {{ ref('int_ml_checks_expected') }} as expected
where not exists (
    select 1
    from {{ ref('fct_ml_checks') }} as checks
    where
        checks.has_result
        and coalesce(checks.slice_key, '') = ''
        and checks.model_id = expected.model_id
        and checks.model_version = expected.model_version
        and checks.granularity = expected.granularity
        and checks.window_start = expected.window_start
        and checks.area = expected.area
        and coalesce(checks.subject, '') = coalesce(expected.subject, '')
        and coalesce(checks.feature_name, '') = coalesce(expected.feature_name, '')
        and checks.metric_name = expected.metric_name
)
