/*
    Grain: log, model, version, bin version, subject, numeric feature and fine cell or part of one that a window has. Where
    it begins and ends (null for the open ends of the outermost cells), and whether it is one single value. edges_number
    stands for the keys of the feature, cell_number for those of the cell, in the order of the values; for this build.
*/
with edges as (

    select
        bin_edges.*,
        bin_versions.version_number,
        row_number() over (
            order by
                bin_edges.log_name asc, bin_edges.model_id asc, bin_edges.model_version asc, bin_edges.bin_version asc,
                bin_edges.subject asc, bin_edges.feature_name asc
        ) as edges_number
    from {{ ref('int_ml_bin_edges') }} as bin_edges
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            bin_edges.log_name = bin_versions.log_name
            and bin_edges.model_id = bin_versions.model_id
            and bin_edges.model_version = bin_versions.model_version
            and bin_edges.bin_version = bin_versions.bin_version

),

window_cells as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        cell_key
    from {{ ref('int_ml_window_cells') }}
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        cell_key

),

cells as (

    select
        edges.edges_number,
        window_cells.cell_key,
        {{ ml_monitor.cell_of_part('window_cells.cell_key', 'edges.') }} as whole_cell_key,
        row_number() over (
            order by edges.edges_number asc, window_cells.cell_key asc nulls last
        ) as cell_number
    from window_cells
    inner join edges
        on
            window_cells.log_name = edges.log_name
            and window_cells.model_id = edges.model_id
            and window_cells.model_version = edges.model_version
            and window_cells.bin_version = edges.bin_version
            and window_cells.subject = edges.subject
            and window_cells.feature_name = edges.feature_name

)

select
    edges.log_name,
    edges.model_id,
    edges.model_version,
    edges.bin_version,
    edges.subject,
    edges.feature_name,
    edges.edges_number,
    cells.cell_key,
    cells.cell_number,
    coalesce(points.split_value, parts.split_value, {{ ml_monitor.cell_lower('cells.whole_cell_key', 'edges.') }}) as lower_value,
    coalesce(points.split_value, parts.next_value, {{ ml_monitor.cell_upper('cells.whole_cell_key', 'edges.') }}) as upper_value,
    points.split_value is not null or {{ ml_monitor.is_point_cell('cells.cell_key', 'edges.') }} as is_point
from cells
inner join edges
    on cells.edges_number = edges.edges_number
left join {{ ref('int_ml_cell_splits') }} as points
    on
        edges.version_number = points.version_number
        and edges.subject = points.subject
        and edges.feature_name = points.feature_name
        and cells.cell_key = points.point_key
left join {{ ref('int_ml_cell_splits') }} as parts
    on
        edges.version_number = parts.version_number
        and edges.subject = parts.subject
        and edges.feature_name = parts.feature_name
        and cells.cell_key = parts.part_key
