{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set quantities = ['log_loss', 'squared_error'] %}
/*
    Grain: log, model, version, window, known_at (null = now) and slice with a labelled prediction that has class scores;
    labelled_count counts those. Losses and top-k hits of a window: sums of its days; squared deviations merge by Chan's
    formula.
*/
with {{ ml_monitor.known_window_rows_of(ref('int_ml_class_losses_summed'), 'multiclass_classification') }},

{{ ml_monitor.with_merged_deviations('window_rows', quantities, ['known_at']) }}

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    known_at,
    slice_key,
    slice_value,
    {%- for column in ['labelled_count', 'top_2_count', 'top_3_count'] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for quantity in quantities %}
    sum({{ quantity }}_sum) as {{ quantity }}_sum,
    sum({{ quantity }}_window_deviation) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
    {%- endfor %}
from with_merged_deviations
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    known_at,
    slice_key,
    slice_value
