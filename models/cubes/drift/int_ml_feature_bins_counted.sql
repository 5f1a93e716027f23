{{ config(**ml_monitor.replaced_by_day('predicted_date', without_outcomes=true)) }}
/*
    Grain: log, model, version, bin version, day, slice, feature and bin. The cells of each feature, added up to its bins.
    bin_kind: interval (bin_number 1 .. 10), category (1, 2, .. by frequency in the reference), other (rarer categories of
    the reference), unseen (categories that the reference lacks; the most frequent of a day by name), null, non_finite.
    Interval rows outside the range of the reference are counted apart (is_out_of_range).
*/
with due_days as (

    {{ ml_monitor.due_bin_days(without_outcomes=true) }}

),

cells as (

    select cells.*
    from {{ ref('int_ml_feature_cells_counted') }} as cells
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
    inner join {{ ref('int_ml_drift_subjects') }} as subjects
        on
            cells.log_name = subjects.log_name
            and cells.feature_name = subjects.feature_name
    left join {{ ref('int_ml_bin_edges') }} as edges
        on
            cells.log_name = edges.log_name
            and cells.model_id = edges.model_id
            and cells.model_version = edges.model_version
            and cells.bin_version = edges.bin_version
            and cells.feature_name = edges.feature_name
            and edges.subject = 'feature'
    where
        subjects.subject = 'feature'
        and subjects.feature_kind = 'numeric'

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
        feature_name,
        bin_number
    union all
    select
        cells.log_name,
        cells.model_id,
        cells.model_version,
        cells.bin_version,
        cells.predicted_date,
        cells.slice_key,
        cells.slice_value,
        cells.feature_name,
        case when cells.category is null then -1 else 0 end as bin_number,
        cells.category as bin_category,
        cells.row_count
    from cells
    inner join {{ ref('int_ml_drift_subjects') }} as subjects
        on
            cells.log_name = subjects.log_name
            and cells.feature_name = subjects.feature_name
    where
        subjects.subject = 'feature'
        and subjects.feature_kind = 'categorical'

),

{{ ml_monitor.named_bins('counted', "'feature'", ['slice_key', 'slice_value']) }}

select
    named.log_name,
    named.model_id,
    named.model_version,
    named.bin_version,
    named.predicted_date,
    named.slice_key,
    named.slice_value,
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
    named.feature_name,
    named.bin_kind,
    named.bin_number,
    named.bin_category,
    named.is_out_of_range
