{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set parts = [('n1', 'score', 'score'), ('n2', 'prediction', 'predicted_value')] %}
/*
    Grain: log, model, version, bin version, day, slice, subject and bin. The same counts as
    int_ml_feature_bins_counted for what the model said: its score, its predicted label, its predicted value; for all
    rows and by slice.
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

    {{ ml_monitor.wide_edges(none, parts) }}

),

predictions as (

    select
        predictions.*,
        bin_versions.bin_version,
        {{ ml_monitor.bin_number('predictions.score', 'edges.n1') }} as score_bin,
        {{ ml_monitor.bin_number('predictions.predicted_value', 'edges.n2') }} as predicted_value_bin,
        edges.n1_minimum is not null as has_score_bins,
        edges.n2_minimum is not null as has_predicted_value_bins
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

score_counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.bin_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.score_bin as bin_number,
        count(*) as row_count
    from predictions
    where predictions.has_score_bins
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date', 'score_bin']) }}

),

predicted_value_counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.bin_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.predicted_value_bin as bin_number,
        count(*) as row_count
    from predictions
    where predictions.has_predicted_value_bins
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date', 'predicted_value_bin']) }}

),

predicted_label_counted as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.bin_version,
        predictions.predicted_date,
        {{ ml_monitor.slice_slot('predictions') }} as slice_slot,
        {{ ml_monitor.slice_value('predictions') }} as slice_value,
        predictions.predicted_label,
        count(*) as row_count
    from predictions
    where predictions.predicted_label is not null
    group by
        {{ ml_monitor.grouping_sets_by_slice('predictions', ['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date', 'predicted_label']) }}

),

counted as (

    select
        score_counted.log_name,
        score_counted.model_id,
        score_counted.model_version,
        score_counted.bin_version,
        score_counted.predicted_date,
        score_counted.slice_slot,
        score_counted.slice_value,
        'score' as subject,
        'score' as feature_name,
        score_counted.bin_number,
        cast(null as {{ dbt.type_string() }}) as bin_category,
        score_counted.row_count
    from score_counted
    union all
    select
        predicted_value_counted.log_name,
        predicted_value_counted.model_id,
        predicted_value_counted.model_version,
        predicted_value_counted.bin_version,
        predicted_value_counted.predicted_date,
        predicted_value_counted.slice_slot,
        predicted_value_counted.slice_value,
        'prediction' as subject,
        'predicted_value' as feature_name,
        predicted_value_counted.bin_number,
        cast(null as {{ dbt.type_string() }}) as bin_category,
        predicted_value_counted.row_count
    from predicted_value_counted
    union all
    select
        predicted_label_counted.log_name,
        predicted_label_counted.model_id,
        predicted_label_counted.model_version,
        predicted_label_counted.bin_version,
        predicted_label_counted.predicted_date,
        predicted_label_counted.slice_slot,
        predicted_label_counted.slice_value,
        'prediction' as subject,
        'predicted_label' as feature_name,
        0 as bin_number,
        predicted_label_counted.predicted_label as bin_category,
        predicted_label_counted.row_count
    from predicted_label_counted

),

{{ ml_monitor.named_bins('counted', 'counted.subject', ['slice_slot', 'slice_value', 'subject']) }}

select
    named.log_name,
    named.model_id,
    named.model_version,
    named.bin_version,
    named.predicted_date,
    slots.slice_key,
    named.slice_value,
    named.subject,
    named.feature_name,
    named.bin_kind,
    named.bin_number,
    named.bin_category,
    named.is_out_of_range,
    sum(named.row_count) as row_count
from named
inner join due_days
    on
        named.log_name = due_days.log_name
        and named.model_id = due_days.model_id
        and named.model_version = due_days.model_version
        and named.bin_version = due_days.bin_version
        and named.predicted_date = due_days.predicted_date
left join {{ ref('int_ml_slice_slots') }} as slots
    on
        named.log_name = slots.log_name
        and named.slice_slot = slots.slice_slot
where named.slice_slot = 0 or slots.slice_key is not null
group by
    named.log_name,
    named.model_id,
    named.model_version,
    named.bin_version,
    named.predicted_date,
    slots.slice_key,
    named.slice_value,
    named.subject,
    named.feature_name,
    named.bin_kind,
    named.bin_number,
    named.bin_category,
    named.is_out_of_range
