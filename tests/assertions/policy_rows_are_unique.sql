{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Policy says each thing once: one row a model and version, one baseline of each name a model and version (an empty
    version is the fallback of all), one threshold a scope. Two rows would leave it to chance which one counts.
*/
select
    'models' as policy,
    model_id,
    model_version as scope,
    count(*) as row_count
from {{ ml_monitor.policy('models') }}
group by
    model_id,
    model_version
having count(*) > 1
union all
select
    'baselines' as policy,
    model_id,
    concat(coalesce(model_version, ''), ', ', baseline_name) as scope,
    count(*) as row_count
from {{ ml_monitor.policy('baselines') }}
group by
    model_id,
    concat(coalesce(model_version, ''), ', ', baseline_name)
having count(*) > 1
union all
select
    'thresholds' as policy,
    model_id,
    concat(
        metric_name, ', ', coalesce(feature_name, ''), ', ', coalesce(slice_key, ''), '=', coalesce(slice_value, '')
    ) as scope,
    count(*) as row_count
from {{ ref('int_ml_threshold_policy') }}
group by
    model_id,
    concat(
        metric_name, ', ', coalesce(feature_name, ''), ', ', coalesce(slice_key, ''), '=', coalesce(slice_value, '')
    )
having count(*) > 1
