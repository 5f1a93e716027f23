{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set subjects = [('score', 'score', 'score'), ('prediction', 'predicted_value', 'predicted_value'), ('label', 'actual', 'actual_value')] %}
/*
    Grain: log, model, version, day, slice and subject. The sums of int_ml_features_summed for what the model said as a
    number, its score and its predicted value, and for labels that are numbers; for all rows and by slice.
*/
with predictions as (

    select
        predictions.*
        {%- for subject, name, column in subjects %},
        case
            when {{ ml_monitor.is_finite('predictions.' ~ column) }} then {{ ml_monitor.clip('predictions.' ~ column, ml_monitor.double_literal('-1e150'), ml_monitor.double_literal('1e150')) }}
        end as finite_{{ name }}
        {%- endfor %}
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}

),

summed as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        count(*) as row_count
        {%- for subject, name, column in subjects %},
        count(*) filter (where predictions.{{ column }} is null) as {{ name }}_null_count,
        count(predictions.finite_{{ name }}) as {{ name }}_finite_count,
        count(*) filter (where predictions.finite_{{ name }} = 0) as {{ name }}_zero_count,
        min(predictions.finite_{{ name }}) as {{ name }}_minimum,
        max(predictions.finite_{{ name }}) as {{ name }}_maximum,
        avg(predictions.finite_{{ name }}) as {{ name }}_mean,
        var_pop(predictions.finite_{{ name }}) * count(predictions.finite_{{ name }}) as {{ name }}_deviation_square_sum
        {%- endfor %}
    from predictions
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'predicted_date']) }}

),

long as (

    {%- for subject, name, column in subjects %}
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        slice_slot,
        slice_value,
        '{{ subject }}' as subject,
        '{{ name }}' as feature_name,
        {{ 'row_count' if subject != 'label' else name ~ '_finite_count as row_count' }},
        {{ name ~ '_null_count' if subject != 'label' else '0' }} as null_count,
        {{ name }}_finite_count as finite_count,
        {{ name }}_zero_count as zero_count,
        {{ name }}_minimum as value_minimum,
        {{ name }}_maximum as value_maximum,
        {{ name }}_mean as value_mean,
        {{ name }}_deviation_square_sum as deviation_square_sum
    from summed
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

subjects as (

    select * from {{ ref('int_ml_drift_subjects') }}

)

select
    long.log_name,
    long.model_id,
    long.model_version,
    long.predicted_date,
    slots.slice_key,
    long.slice_value,
    long.subject,
    long.feature_name,
    long.row_count,
    long.null_count,
    long.finite_count,
    long.zero_count,
    long.value_minimum,
    long.value_maximum,
    long.value_mean,
    long.deviation_square_sum
from long
inner join subjects
    on
        long.log_name = subjects.log_name
        and long.subject = subjects.subject
        and long.feature_name = subjects.feature_name
        and subjects.feature_kind = 'numeric'
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        long.log_name = slots.log_name
        and long.slice_slot = slots.slice_slot
where long.slice_slot = 0 or slots.slice_key is not null
