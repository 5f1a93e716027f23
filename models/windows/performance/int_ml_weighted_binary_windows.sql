{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, window and slice with a labelled row of positive sample weight. Sums of its days, as in
    int_ml_weighted_binary_summed.
*/
with

{{ ml_monitor.window_rows_of(ref('int_ml_weighted_binary_summed')) }}

{%- set cells = ['true_positive', 'false_positive', 'false_negative', 'true_negative'] %}

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    {%- for cell in cells %}
    cast(sum({{ cell }}_count) as {{ dbt.type_bigint() }}) as {{ cell }}_count,
    sum({{ cell }}_weight) as {{ cell }}_weight,
    sum({{ cell }}_square_weight) as {{ cell }}_square_weight,
    {%- endfor %}
    {%- for quantity in ['score', 'squared_error', 'log_loss'] %}
    sum({{ quantity }}_sum) as {{ quantity }}_sum,
    sum({{ quantity }}_square_weighted_sum) as {{ quantity }}_square_weighted_sum,
    sum({{ quantity }}_square_sum) as {{ quantity }}_square_sum,
    {%- endfor %}
    cast(sum({{ cells | join('_count + ') }}_count) as {{ dbt.type_bigint() }}) as labelled_count
from window_rows
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value
