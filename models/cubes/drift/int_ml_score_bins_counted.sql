{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, version, bin version, day, slice, subject and bin. The same counts as
    int_ml_feature_bins_counted for what the model said: its score, its predicted label, its predicted value; for all
    rows and by slice.
*/
with due_days as (

    {{ ml_monitor.due_bin_days() }}

),

cells as (

    select cells.*
    from {{ ref('int_ml_score_cells_counted') }} as cells
    inner join due_days
        on
            cells.log_name = due_days.log_name
            and cells.model_id = due_days.model_id
            and cells.model_version = due_days.model_version
            and cells.bin_version = due_days.bin_version
            and cells.predicted_date = due_days.predicted_date

),

numeric_cells as (

    select
        cells.*,
        {{ ml_monitor.value_of_cell('cells.cell_key', 'edges.') }} as bin_value,
        {{ ml_monitor.bin_edge_columns('edges.') }}
    from cells
    left join {{ ref('int_ml_bin_edges') }} as edges
        on
            cells.log_name = edges.log_name
            and cells.model_id = edges.model_id
            and cells.model_version = edges.model_version
            and cells.bin_version = edges.bin_version
            and cells.subject = edges.subject
            and cells.feature_name = edges.feature_name
    where cells.category is null

),

binned as (

    select
        numeric_cells.*,
        {{ ml_monitor.bin_number('numeric_cells.bin_value', 'numeric_cells.') }} as bin_number
    from numeric_cells

),

counted as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        slice_key,
        slice_value,
        subject,
        feature_name,
        bin_number,
        cast(null as {{ dbt.type_string() }}) as bin_category,
        sum(row_count) as row_count
    from binned
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        slice_key,
        slice_value,
        subject,
        feature_name,
        bin_number
    union all
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        slice_key,
        slice_value,
        subject,
        feature_name,
        0 as bin_number,
        category as bin_category,
        row_count
    from cells
    where category is not null

),

{{ ml_monitor.named_bins('counted', 'counted.subject', ['slice_key', 'slice_value', 'subject']) }}

select
    named.log_name,
    named.model_id,
    named.model_version,
    named.bin_version,
    named.predicted_date,
    named.slice_key,
    named.slice_value,
    named.subject,
    named.feature_name,
    named.bin_kind,
    named.bin_number,
    named.bin_category,
    named.is_out_of_range,
    cast(sum(named.row_count) as {{ dbt.type_bigint() }}) as row_count
from named
group by
    named.log_name,
    named.model_id,
    named.model_version,
    named.bin_version,
    named.predicted_date,
    named.slice_key,
    named.slice_value,
    named.subject,
    named.feature_name,
    named.bin_kind,
    named.bin_number,
    named.bin_category,
    named.is_out_of_range
