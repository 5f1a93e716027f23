/*
    Grain: a threshold that a person decided, with how specific it is. An empty column means any.
*/
select
    cast(model_id as {{ dbt.type_string() }}) as model_id,
    cast(metric_name as {{ dbt.type_string() }}) as metric_name,
    cast(feature_name as {{ dbt.type_string() }}) as feature_name,
    cast(slice_key as {{ dbt.type_string() }}) as slice_key,
    cast(slice_value as {{ dbt.type_string() }}) as slice_value,
    cast(warn_threshold as {{ ml_monitor.type_double() }}) as warn_threshold,
    cast(fail_threshold as {{ ml_monitor.type_double() }}) as fail_threshold,
    cast(min_sample_count as {{ dbt.type_bigint() }}) as min_sample_count,
    cast(reason as {{ dbt.type_string() }}) as reason,
    case when slice_value is not null then 8 else 0 end
    + case when slice_key is not null then 4 else 0 end
    + case when feature_name is not null then 2 else 0 end
    + case when model_id is not null then 1 else 0 end as specificity
from {{ ml_monitor.policy('thresholds') }}
