{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = [
    'log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end', 'known_at', 'slice_key', 'slice_value',
    'predicted_label', 'actual_label',
] %}
/*
    Grain: log, model, version, window, slice, predicted class and actual class that occur together; weeks and months of
    all rows also as they were known before a date (known_at, null = now). Confusion counts of multiclass models: sums of
    the days.
*/
with {{ ml_monitor.known_window_rows_of(ref('int_ml_confusion_counted'), 'multiclass_classification') }}

select
    {{ keys | join(',\n    ') }},
    cast(sum(labelled_count) as {{ dbt.type_bigint() }}) as labelled_count
from window_rows
group by
    {{ keys | join(',\n    ') }}
