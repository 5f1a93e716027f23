{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set parts = [('n1', 'score', 'score'), ('n2', 'prediction', 'predicted_value')] %}
{#- name, subject, feature, what is counted, whether it is a cell, and which rows count -#}
{%- set counts = [
    ('score', 'score', 'score', 'score_cell', true, 'predictions.has_score_bins'),
    ('predicted_value', 'prediction', 'predicted_value', 'predicted_value_cell', true, 'predictions.has_predicted_value_bins'),
    ('predicted_label', 'prediction', 'predicted_label', 'predicted_label', false, 'predictions.predicted_label is not null'),
    (
        'actual_value', 'label', 'actual', 'actual_value_cell', true,
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

due_dates as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
    from due_days
    group by
        log_name,
        model_id,
        model_version,
        predicted_date

),

edges as (

    {{ ml_monitor.wide_knots(none, parts) }}

),

predictions as (

    select
        predictions.*,
        bin_versions.bin_version,
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
    {{ ml_monitor.in_due_dates() }}
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            predictions.log_name = bin_versions.log_name
            and predictions.model_id = bin_versions.model_id
            and predictions.model_version = bin_versions.model_version
    left join edges
        on
            predictions.log_name = edges.log_name
            and predictions.model_id = edges.model_id
            and predictions.model_version = edges.model_version
            and bin_versions.bin_version = edges.bin_version

),
{%- for name, subject, feature, key, is_numeric, condition in counts %}
{{ name }}_counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.bin_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.{{ key }}{{ ' as cell_key' if is_numeric }},
        count(*) as row_count
    from predictions
    where {{ condition }}
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date', key]) }}

),
{% endfor %}
counted as (

    {%- for name, subject, feature, key, is_numeric, condition in counts %}
    select
        {{ name }}_counted.log_name,
        {{ name }}_counted.model_id,
        {{ name }}_counted.model_version,
        {{ name }}_counted.bin_version,
        {{ name }}_counted.predicted_date,
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
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.bin_version,
    counted.predicted_date,
    slots.slice_key,
    counted.slice_value,
    counted.subject,
    counted.feature_name,
    counted.cell_key,
    counted.category,
    counted.row_count
from counted
inner join due_days
    on
        counted.log_name = due_days.log_name
        and counted.model_id = due_days.model_id
        and counted.model_version = due_days.model_version
        and counted.bin_version = due_days.bin_version
        and counted.predicted_date = due_days.predicted_date
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        counted.log_name = slots.log_name
        and counted.slice_slot = slots.slice_slot
where counted.slice_slot = 0 or slots.slice_key is not null
