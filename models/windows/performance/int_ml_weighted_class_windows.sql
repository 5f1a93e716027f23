{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, window and slice with a labelled row of positive sample weight. Sums of its days, as in
    int_ml_weighted_classes_summed.
*/
with

{{ ml_monitor.window_rows_of(ref('int_ml_weighted_classes_summed')) }}

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    {%- for part in ['right', 'wrong', 'scored'] %}
    cast(sum({{ part }}_count) as {{ dbt.type_bigint() }}) as {{ part }}_count,
    sum({{ part }}_weight) as {{ part }}_weight,
    sum({{ part }}_square_weight) as {{ part }}_square_weight,
    {%- endfor %}
    {%- for quantity in ['log_loss', 'squared_error'] %}
    sum({{ quantity }}_sum) as {{ quantity }}_sum,
    sum({{ quantity }}_square_weighted_sum) as {{ quantity }}_square_weighted_sum,
    sum({{ quantity }}_square_sum) as {{ quantity }}_square_sum{{ ',' if not loop.last }}
    {%- endfor %}
from window_rows
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value
