{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end', 'known_at', 'slice_key', 'slice_value'] %}
/*
    Grain: log, model, version, window, known_at (null = now), slice and class that was predicted or occurred. One class
    against the rest: how often it was both, occurred and was predicted, and precision, recall and F1, null where they
    divide by 0.
*/
with confusion as (

    select * from {{ ref('int_ml_confusion_windows') }}

),

sides as (

    select
        {{ keys | join(',\n        ') }},
        actual_label as class_label,
        labelled_count as actual_count,
        0 as predicted_count,
        case when predicted_label = actual_label then labelled_count else 0 end as true_positive_count
    from confusion
    union all
    select
        {{ keys | join(',\n        ') }},
        predicted_label as class_label,
        0 as actual_count,
        labelled_count as predicted_count,
        0 as true_positive_count
    from confusion

),

classes as (

    select
        {{ keys | join(',\n        ') }},
        class_label,
        sum(actual_count) as actual_count,
        sum(predicted_count) as predicted_count,
        sum(true_positive_count) as true_positive_count
    from sides
    group by
        {{ keys | join(',\n        ') }},
        class_label

)

select
    {{ keys | join(',\n    ') }},
    class_label,
    cast(actual_count as {{ dbt.type_bigint() }}) as actual_count,
    cast(predicted_count as {{ dbt.type_bigint() }}) as predicted_count,
    cast(true_positive_count as {{ dbt.type_bigint() }}) as true_positive_count,
    {{ ml_monitor.safe_divide('true_positive_count', 'predicted_count') }} as class_precision,
    {{ ml_monitor.safe_divide('true_positive_count', 'actual_count') }} as class_recall,
    {{ ml_monitor.safe_divide('2 * true_positive_count', 'actual_count + predicted_count') }} as class_f1
from classes
