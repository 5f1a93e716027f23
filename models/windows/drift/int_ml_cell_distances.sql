{{ config(**ml_monitor.replaced_by_comparison()) }}
{%- set double = ml_monitor.type_double() %}
{%- set baseline_members = ref('int_ml_baseline_members') %}
/*
    Grain: log, model, version, day, week or month, slice, baseline, subject and numeric feature that is not read value by
    value: baselines other than the reference, and windows beyond the log's exact_row_limit. Distances with error bounds from
    the fine cells of the window and of its baseline (macro with_cells_measured); trailing windows are in
    int_ml_trailing_distances.
*/
with comparisons as (

    select
        comparisons.*,
        baselines.bin_version,
        row_number() over (
            order by
                comparisons.log_name asc, comparisons.model_id asc, comparisons.model_version asc,
                comparisons.granularity asc, comparisons.window_start asc, comparisons.baseline_name asc
        ) as comparison_number
    from {{ ref('int_ml_comparisons') }} as comparisons
    {{ ml_monitor.in_dirty_comparisons('comparisons') }}
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            comparisons.log_name = baselines.log_name
            and comparisons.model_id = baselines.model_id
            and comparisons.model_version = baselines.model_version
    inner join {{ ref('int_ml_window_counts') }} as window_counts
        on
            comparisons.log_name = window_counts.log_name
            and comparisons.model_id = window_counts.model_id
            and comparisons.model_version = window_counts.model_version
            and comparisons.granularity = window_counts.granularity
            and comparisons.window_start = window_counts.window_start
            and window_counts.slice_key is null
    inner join {{ ref('int_ml_logs') }} as logs
        on comparisons.log_name = logs.log_name
    where
        comparisons.baseline_id is not null
        and comparisons.granularity in ('day', 'week', 'month')
        and (
            comparisons.baseline_name != 'reference'
            or window_counts.prediction_count > coalesce(logs.exact_row_limit, window_counts.prediction_count)
        )

),

baselines as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        baseline_id,
        row_number() over (
            order by log_name asc, model_id asc, model_version asc, baseline_id asc
        ) as baseline_number
    from comparisons
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        baseline_id

),

numbered_comparisons as (

    select
        comparisons.*,
        baselines.baseline_number
    from comparisons
    inner join baselines
        on
            comparisons.log_name = baselines.log_name
            and comparisons.model_id = baselines.model_id
            and comparisons.model_version = baselines.model_version
            and comparisons.baseline_id = baselines.baseline_id

),

cell_ends as (

    select * from {{ ref('int_ml_cell_ends') }}

),

edges as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        edges_number
    from cell_ends
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        edges_number

),

window_cells as (

    select
        window_cells.*,
        edges.edges_number
    from {{ ref('int_ml_window_cells') }} as window_cells
    inner join edges
        on
            window_cells.log_name = edges.log_name
            and window_cells.model_id = edges.model_id
            and window_cells.model_version = edges.model_version
            and window_cells.bin_version = edges.bin_version
            and window_cells.subject = edges.subject
            and window_cells.feature_name = edges.feature_name
    {%- if ml_monitor.is_partial_build() %}
    inner join (
        select
            log_name,
            model_id,
            model_version,
            granularity,
            window_start
        from comparisons
        union
        select
            members.log_name,
            members.model_id,
            members.model_version,
            members.member_granularity as granularity,
            members.member_start as window_start
        from {{ baseline_members }} as members
        inner join baselines
            on
                members.log_name = baselines.log_name
                and members.model_id = baselines.model_id
                and members.model_version = baselines.model_version
                and members.baseline_id = baselines.baseline_id
    ) as needed
        on
            window_cells.log_name = needed.log_name
            and window_cells.model_id = needed.model_id
            and window_cells.model_version = needed.model_version
            and window_cells.granularity = needed.granularity
            and window_cells.window_start = needed.window_start
    {%- endif %}

),

/* one number for slice, subject and feature of a version: what is sorted below is long */
series as (

    select
        edges_number,
        slice_key,
        slice_value,
        row_number() over (
            order by edges_number asc, slice_key asc nulls first, slice_value asc nulls first
        ) as series_number
    from window_cells
    group by
        edges_number,
        slice_key,
        slice_value

),

numbered_cells as (

    select
        window_cells.log_name,
        window_cells.model_id,
        window_cells.model_version,
        window_cells.bin_version,
        window_cells.granularity,
        window_cells.window_start,
        window_cells.slice_key,
        series.series_number,
        cell_ends.cell_number,
        cast(window_cells.row_count as {{ double }}) as row_count
    from window_cells
    inner join cell_ends
        on
            window_cells.edges_number = cell_ends.edges_number
            and window_cells.cell_key = cell_ends.cell_key
    inner join series
        on
            window_cells.edges_number = series.edges_number
            and coalesce(window_cells.slice_key, '') = coalesce(series.slice_key, '')
            and coalesce(window_cells.slice_value, '') = coalesce(series.slice_value, '')

),

current_cells as (

    select
        comparisons.comparison_number,
        comparisons.baseline_number,
        numbered_cells.series_number,
        numbered_cells.cell_number,
        numbered_cells.row_count
    from numbered_comparisons as comparisons
    inner join numbered_cells
        on
            comparisons.log_name = numbered_cells.log_name
            and comparisons.model_id = numbered_cells.model_id
            and comparisons.model_version = numbered_cells.model_version
            and comparisons.bin_version = numbered_cells.bin_version
            and comparisons.granularity = numbered_cells.granularity
            and comparisons.window_start = numbered_cells.window_start
    where comparisons.baseline_name = 'reference' or numbered_cells.slice_key is null

),

baseline_cells as (

    select
        baselines.baseline_number,
        numbered_cells.series_number,
        numbered_cells.cell_number,
        sum(numbered_cells.row_count) as row_count
    from baselines
    inner join {{ baseline_members }} as members
        on
            baselines.log_name = members.log_name
            and baselines.model_id = members.model_id
            and baselines.model_version = members.model_version
            and baselines.baseline_id = members.baseline_id
    inner join numbered_cells
        on
            members.log_name = numbered_cells.log_name
            and members.model_id = numbered_cells.model_id
            and members.model_version = numbered_cells.model_version
            and members.member_granularity = numbered_cells.granularity
            and members.member_start = numbered_cells.window_start
            and baselines.bin_version = numbered_cells.bin_version
    where baselines.baseline_id = 'reference' or numbered_cells.slice_key is null
    group by
        baselines.baseline_number,
        numbered_cells.series_number,
        numbered_cells.cell_number

),

/* the ends of the two outer cells are the extremes of what lies in them */
extremes as (

    select
        comparisons.comparison_number,
        series.series_number,
        least(changes.value_minimum, changes.reference_minimum) as lowest_value,
        greatest(changes.value_maximum, changes.reference_maximum) as highest_value
    from comparisons
    inner join {{ ref('int_ml_moment_changes') }} as changes
        on
            comparisons.log_name = changes.log_name
            and comparisons.model_id = changes.model_id
            and comparisons.model_version = changes.model_version
            and comparisons.granularity = changes.granularity
            and comparisons.window_start = changes.window_start
            and comparisons.baseline_name = changes.baseline_name
    inner join edges
        on
            comparisons.log_name = edges.log_name
            and comparisons.model_id = edges.model_id
            and comparisons.model_version = edges.model_version
            and comparisons.bin_version = edges.bin_version
            and changes.subject = edges.subject
            and changes.feature_name = edges.feature_name
    inner join series
        on
            edges.edges_number = series.edges_number
            and coalesce(changes.slice_key, '') = coalesce(series.slice_key, '')
            and coalesce(changes.slice_value, '') = coalesce(series.slice_value, '')

),

current_counts as (

    select
        comparison_number,
        baseline_number,
        series_number,
        sum(row_count) as row_count
    from current_cells
    group by
        comparison_number,
        baseline_number,
        series_number

),

baseline_counts as (

    select
        baseline_number,
        series_number,
        sum(row_count) as row_count
    from baseline_cells
    group by
        baseline_number,
        series_number

),

pairs as (

    select
        current_counts.comparison_number,
        current_counts.series_number,
        current_counts.baseline_number,
        current_counts.row_count as sample_count,
        baseline_counts.row_count as reference_count,
        extremes.lowest_value,
        extremes.highest_value,
        row_number() over (
            order by current_counts.comparison_number asc, current_counts.series_number asc
        ) as pair_number
    from current_counts
    inner join baseline_counts
        on
            current_counts.baseline_number = baseline_counts.baseline_number
            and current_counts.series_number = baseline_counts.series_number
    inner join extremes
        on
            current_counts.comparison_number = extremes.comparison_number
            and current_counts.series_number = extremes.series_number

),

both_sides as (

    select
        pairs.pair_number,
        current_cells.cell_number,
        current_cells.row_count as current_rows,
        cast(0 as {{ double }}) as baseline_rows
    from pairs
    inner join current_cells
        on
            pairs.comparison_number = current_cells.comparison_number
            and pairs.series_number = current_cells.series_number
    union all
    select
        pairs.pair_number,
        baseline_cells.cell_number,
        cast(0 as {{ double }}) as current_rows,
        baseline_cells.row_count as baseline_rows
    from pairs
    inner join baseline_cells
        on
            pairs.baseline_number = baseline_cells.baseline_number
            and pairs.series_number = baseline_cells.series_number

),

{{ ml_monitor.with_cells_measured() }}

select
    comparisons.log_name,
    comparisons.model_id,
    comparisons.model_version,
    comparisons.bin_version,
    comparisons.granularity,
    comparisons.window_start,
    series.slice_key,
    series.slice_value,
    comparisons.baseline_name,
    edges.subject,
    edges.feature_name,
    {{ ml_monitor.cell_distance_columns() }}
from measured
inner join pairs
    on measured.pair_number = pairs.pair_number
inner join comparisons
    on pairs.comparison_number = comparisons.comparison_number
inner join series
    on pairs.series_number = series.series_number
inner join edges
    on series.edges_number = edges.edges_number
