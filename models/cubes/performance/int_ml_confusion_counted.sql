{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set columns = ['predicted_label', 'actual_label'] %}
{%- for slot in ml_monitor.used_slice_slots() %}
{%- do columns.append('slice_' ~ slot) %}
{%- endfor %}
/*
    Grain: log, model, version, day, slice, predicted class and actual class that occur together; all rows also by
    known_date and superseded_date (null = counts now). Labelled predictions of multiclass models; the counts of outcomes
    that count now add up to any window, those of all rows to any window as it was known before any date.
*/
with labels as (

    {{- ml_monitor.known_labels('multiclass_classification', columns) }}
),

counted as (

    select
        labels.log_name,
        labels.model_id,
        labels.model_version,
        labels.predicted_date,
        labels.known_date,
        labels.superseded_date,
        labels.predicted_label,
        labels.actual_label,
        {{ ml_monitor.slice_slot('labels') }} as slice_slot,
        {{ ml_monitor.slice_value('labels') }} as slice_value,
        count(*) as labelled_count
    from labels
    group by
        {{ ml_monitor.grouping_sets_by_slice(
            'labels', ['log_name', 'model_id', 'model_version', 'predicted_date', 'superseded_date', 'predicted_label', 'actual_label'],
            all_rows_keys=['known_date']
        ) }}

)

select
    counted.*,
    slots.slice_key
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.slice_slot = 0
    or (slots.slice_key is not null and counted.superseded_date is null)
