{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set slots = [('n1', 'score', 'score'), ('n2', 'prediction', 'predicted_value')] %}
{#- name, subject, feature, what is counted, whether it is a cell, and which rows count -#}
{%- set counts = [
    ('score', 'score', 'score', 'score_part', true, 'predictions.has_score_bins'),
    ('predicted_value', 'prediction', 'predicted_value', 'predicted_value_part', true, 'predictions.has_predicted_value_bins'),
    ('predicted_label', 'prediction', 'predicted_label', 'predicted_label', false, 'predictions.predicted_label is not null'),
    (
        'actual_value', 'label', 'actual', 'actual_value_part', true,
        'predictions.has_predicted_value_bins and predictions.observed_at is not null',
    ),
    ('actual_label', 'label', 'actual', 'actual_category', false, 'predictions.actual_category is not null'),
] %}
/*
    Grain: log, model, version, bin version, day, slice, subject and cell. The same counts as int_ml_feature_cells_counted
    for what the model said (its score, its predicted label, its predicted value) and for the label once it is known; for
    all rows and by slice.
*/
with due_days as (

    {{ ml_monitor.due_bin_days() }}

),

/* one number for the keys: what is grouped below is long */
numbered_days as (

    select
        due_days.*,
        row_number() over (order by due_days.version_number asc, due_days.predicted_date asc) as day_number
    from due_days

),

edges as (

    {{ ml_monitor.wide_knots(none, slots) }}

),

celled as (

    select
        numbered_days.day_number,
        numbered_days.version_number,
        {%- for slot in ml_monitor.used_slice_slots() %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        predictions.score,
        predictions.predicted_value,
        predictions.predicted_label,
        predictions.actual_value,
        predictions.observed_at,
        {{ ml_monitor.cell_key('predictions.score', 'edges.n1_') }} as score_cell,
        {{ ml_monitor.cell_key('predictions.predicted_value', 'edges.n2_') }} as predicted_value_cell,
        {{ ml_monitor.cell_key('predictions.actual_value', 'edges.n2_') }} as actual_value_cell,
        case
            when predictions.task = 'binary_classification'
                then cast(cast(predictions.actual_value as int) as {{ dbt.type_string() }})
            when predictions.task = 'multiclass_classification' then predictions.actual_label
        end as actual_category,
        edges.n1_reference_minimum is not null as has_score_bins,
        edges.n2_reference_minimum is not null as has_predicted_value_bins
    from {{ ref('fct_ml_predictions') }} as predictions
    inner join numbered_days
        on
            predictions.log_name = numbered_days.log_name
            and predictions.model_id = numbered_days.model_id
            and predictions.model_version = numbered_days.model_version
            and predictions.predicted_date = numbered_days.predicted_date
    left join edges
        on numbered_days.version_number = edges.version_number

),

predictions as (

    select
        celled.*,
        {{ ml_monitor.part_key('celled.score', 'celled.score_cell', 'score_splits.') }} as score_part,
        {{ ml_monitor.part_key('celled.predicted_value', 'celled.predicted_value_cell', 'predicted_value_splits.') }} as predicted_value_part,
        {{ ml_monitor.part_key('celled.actual_value', 'celled.actual_value_cell', 'actual_value_splits.') }} as actual_value_part
    from celled
    {{ ml_monitor.join_splits('score_splits', 'score', 'score', 'celled', 'score', 'score_cell') }}
    {{ ml_monitor.join_splits('predicted_value_splits', 'prediction', 'predicted_value', 'celled', 'predicted_value', 'predicted_value_cell') }}
    {{ ml_monitor.join_splits('actual_value_splits', 'label', 'actual', 'celled', 'actual_value', 'actual_value_cell') }}

),
{%- for name, subject, feature, key, is_numeric, condition in counts %}
{{ name }}_counted as (

    select
        predictions.day_number,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.{{ key }}{{ ' as cell_key' if is_numeric }},
        count(*) as row_count
    from predictions
    where {{ condition }}
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['day_number', key]) }}

),
{% endfor %}
counted as (

    {%- for name, subject, feature, key, is_numeric, condition in counts %}
    select
        {{ name }}_counted.day_number,
        {{ name }}_counted.slice_slot,
        {{ name }}_counted.slice_value,
        '{{ subject }}' as subject,
        '{{ feature }}' as feature_name,
        {%- if is_numeric %}
        {{ name }}_counted.cell_key,
        cast(null as {{ dbt.type_string() }}) as category,
        {%- else %}
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        {{ name }}_counted.{{ key }} as category,
        {%- endif %}
        {{ name }}_counted.row_count
    from {{ name }}_counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    numbered_days.log_name,
    numbered_days.model_id,
    numbered_days.model_version,
    numbered_days.bin_version,
    numbered_days.predicted_date,
    slots.slice_key,
    counted.slice_value,
    counted.subject,
    counted.feature_name,
    counted.cell_key,
    counted.category,
    counted.row_count
from counted
inner join numbered_days
    on counted.day_number = numbered_days.day_number
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        numbered_days.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where counted.slice_slot = 0 or slots.slice_key is not null
