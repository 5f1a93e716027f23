{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
{%- set estimators = {'cbpe': 'calibrated_score', 'cbpe_uncalibrated': 'class_score'} %}
/*
    Grain: log, model, version, day, slice, estimator, predicted class and actual class. How many multiclass predictions
    confidence-based estimation expects to be of each class, labelled or not: the sum of their probabilities
    (int_ml_class_probabilities). A prediction counts for cbpe where every class that it lists could be calibrated.
    variance_sum is that of the count in the diagonal, 0 elsewhere.
*/
with probabilities as (

    select
        probabilities.*,
        probabilities.class_label as actual_label,
        case when probabilities.class_label = probabilities.predicted_label then 1 else 0 end as is_diagonal
    from {{ ref('int_ml_class_probabilities') }} as probabilities
    {{ ml_monitor.in_dirty_windows('probabilities') }}

),

counted as (

    select
        probabilities.log_name,
        probabilities.model_id,
        probabilities.model_version,
        probabilities.granularity,
        probabilities.window_start,
        probabilities.predicted_label,
        probabilities.actual_label,
        {{ ml_monitor.slice_slot('probabilities') }} as slice_slot,
        {{ ml_monitor.slice_value('probabilities') }} as slice_value
        {%- for estimator, p in estimators.items() %},
        sum(probabilities.{{ p }}) as {{ estimator }}_expected_count,
        sum(probabilities.{{ p }} * (1 - probabilities.{{ p }}) * probabilities.is_diagonal) as {{ estimator }}_variance_sum
        {%- endfor %}
    from probabilities
    group by
        {{ ml_monitor.grouping_sets_by_slice('probabilities', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'predicted_label', 'actual_label']) }}

)

{% for estimator in estimators %}
select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.granularity,
    counted.window_start,
    slots.slice_key,
    counted.slice_value,
    '{{ estimator }}' as estimator_name,
    counted.predicted_label,
    counted.actual_label,
    counted.{{ estimator }}_expected_count as expected_count,
    counted.{{ estimator }}_variance_sum as variance_sum
from counted
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where
    counted.{{ estimator }}_expected_count is not null
    and (counted.slice_slot = 0 or slots.slice_key is not null)
{{ 'union all' if not loop.last }}
{%- endfor %}
