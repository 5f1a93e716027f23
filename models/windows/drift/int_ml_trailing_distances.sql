{{ config(**ml_monitor.replaced_by_comparison()) }}
{%- set double = ml_monitor.type_double() %}
{%- set keys = ['log_name', 'model_id', 'model_version', 'bin_version'] %}
/*
    Grain: log, model, version, trailing window, subject and numeric feature. The distances of int_ml_cell_distances between
    a trailing window and the reference. Such windows overlap: a window of 28 days is four blocks of seven, and one of 7 days
    is a block, so that the days' cells are added up by blocks first.
*/
with windows as (

    select
        comparisons.*,
        baselines.bin_version,
        row_number() over (
            order by
                comparisons.log_name asc, comparisons.model_id asc, comparisons.model_version asc,
                comparisons.granularity asc, comparisons.window_start asc
        ) as window_number
    from {{ ref('int_ml_comparisons') }} as comparisons
    {{ ml_monitor.in_dirty_comparisons('comparisons') }}
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            comparisons.log_name = baselines.log_name
            and comparisons.model_id = baselines.model_id
            and comparisons.model_version = baselines.model_version
    where
        comparisons.baseline_id = 'reference'
        and comparisons.granularity not in ('day', 'week', 'month')

),

window_days as (

    select
        windows.window_number,
        {%- for key in keys %}
        windows.{{ key }},
        {%- endfor %}
        window_days.predicted_date,
        windows.window_start
        + cast(7 * floor({{ ml_monitor.days_between('windows.window_start', 'window_days.predicted_date') }} / 7.0) as int) as block_start
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start

),

{%- for cte, column, number in [('blocks', 'block_start', 'block_number'), ('days', 'predicted_date', 'day_number')] %}
{{ cte }} as (

    select
        {%- for key in keys + [column] %}
        {{ key }},
        {%- endfor %}
        row_number() over (order by {{ (keys + [column]) | join(' asc, ') }} asc) as {{ number }}
    from window_days
    group by
        {{ (keys + [column]) | join(',\n        ') }}

),
{% endfor %}
numbered as (

    select
        window_days.window_number,
        blocks.block_number,
        days.day_number
    from window_days
    inner join blocks
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}window_days.{{ key }} = blocks.{{ key }}
            {%- endfor %}
            and window_days.block_start = blocks.block_start
    inner join days
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}window_days.{{ key }} = days.{{ key }}
            {%- endfor %}
            and window_days.predicted_date = days.predicted_date

),

window_blocks as (

    select
        window_number,
        block_number
    from numbered
    group by
        window_number,
        block_number

),

block_days as (

    select
        block_number,
        day_number
    from numbered
    group by
        block_number,
        day_number

),

cell_ends as (

    select * from {{ ref('int_ml_cell_ends') }}

),

reference_cells as (

    select
        cell_ends.edges_number,
        cell_ends.cell_number,
        cast(sum(window_cells.row_count) as {{ double }}) as row_count
    from {{ ref('int_ml_baseline_members') }} as members
    inner join {{ ref('int_ml_window_cells') }} as window_cells
        on
            members.log_name = window_cells.log_name
            and members.model_id = window_cells.model_id
            and members.model_version = window_cells.model_version
            and members.member_granularity = window_cells.granularity
            and members.member_start = window_cells.window_start
            and members.baseline_id = 'reference'
            and window_cells.slice_key is null
    inner join cell_ends
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}window_cells.{{ key }} = cell_ends.{{ key }}
            {%- endfor %}
            and window_cells.subject = cell_ends.subject
            and window_cells.feature_name = cell_ends.feature_name
            and window_cells.cell_key = cell_ends.cell_key
    group by
        cell_ends.edges_number,
        cell_ends.cell_number

),

day_cells as (

    {%- for relation, subject in [
        ('int_ml_feature_cells_counted', "'feature'"), ('int_ml_score_cells_counted', 'cubes.subject'),
    ] %}
    select
        days.day_number,
        cell_ends.cell_number,
        cell_ends.edges_number,
        cubes.row_count
    from days
    inner join {{ ref(relation) }} as cubes
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}days.{{ key }} = cubes.{{ key }}
            {%- endfor %}
            and days.predicted_date = cubes.predicted_date
            and cubes.slice_key is null
    inner join cell_ends
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}cubes.{{ key }} = cell_ends.{{ key }}
            {%- endfor %}
            and {{ subject }} = cell_ends.subject
            and cubes.feature_name = cell_ends.feature_name
            and cubes.cell_key = cell_ends.cell_key
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

block_cells as (

    select
        block_days.block_number,
        day_cells.edges_number,
        day_cells.cell_number,
        cast(sum(day_cells.row_count) as {{ double }}) as row_count
    from block_days
    inner join day_cells
        on block_days.day_number = day_cells.day_number
    group by
        block_days.block_number,
        day_cells.edges_number,
        day_cells.cell_number

),

block_counts as (

    select
        block_number,
        edges_number,
        sum(row_count) as row_count
    from block_cells
    group by
        block_number,
        edges_number

),

window_counts as (

    select
        window_blocks.window_number,
        block_counts.edges_number,
        sum(block_counts.row_count) as row_count
    from window_blocks
    inner join block_counts
        on window_blocks.block_number = block_counts.block_number
    group by
        window_blocks.window_number,
        block_counts.edges_number

),

reference_counts as (

    select
        edges_number,
        sum(row_count) as row_count
    from reference_cells
    group by edges_number

),

edges as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        subject,
        feature_name,
        edges_number
    from cell_ends
    group by
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        subject,
        feature_name,
        edges_number

),

pairs as (

    select
        windows.window_number,
        windows.granularity,
        windows.window_start,
        windows.baseline_name,
        edges.*,
        window_counts.row_count as sample_count,
        reference_counts.row_count as reference_count,
        /* the ends of the two outer cells are the extremes of what lies in them */
        least(moment_changes.value_minimum, moment_changes.reference_minimum) as lowest_value,
        greatest(moment_changes.value_maximum, moment_changes.reference_maximum) as highest_value,
        row_number() over (
            order by windows.window_number asc, edges.edges_number asc
        ) as pair_number
    from window_counts
    inner join reference_counts
        on window_counts.edges_number = reference_counts.edges_number
    inner join windows
        on window_counts.window_number = windows.window_number
    inner join edges
        on window_counts.edges_number = edges.edges_number
    inner join {{ ref('int_ml_moment_changes') }} as moment_changes
        on
            windows.log_name = moment_changes.log_name
            and windows.model_id = moment_changes.model_id
            and windows.model_version = moment_changes.model_version
            and windows.granularity = moment_changes.granularity
            and windows.window_start = moment_changes.window_start
            and windows.baseline_name = moment_changes.baseline_name
            and edges.subject = moment_changes.subject
            and edges.feature_name = moment_changes.feature_name
            and moment_changes.slice_key is null

),

both_sides as (

    select
        pairs.pair_number,
        block_cells.cell_number,
        block_cells.row_count as current_rows,
        cast(0 as {{ double }}) as baseline_rows
    from pairs
    inner join window_blocks
        on pairs.window_number = window_blocks.window_number
    inner join block_cells
        on
            window_blocks.block_number = block_cells.block_number
            and pairs.edges_number = block_cells.edges_number
    union all
    select
        pairs.pair_number,
        reference_cells.cell_number,
        cast(0 as {{ double }}) as current_rows,
        reference_cells.row_count as baseline_rows
    from pairs
    inner join reference_cells
        on pairs.edges_number = reference_cells.edges_number

),

{{ ml_monitor.with_cells_measured() }}

select
    pairs.log_name,
    pairs.model_id,
    pairs.model_version,
    pairs.bin_version,
    pairs.granularity,
    pairs.window_start,
    pairs.baseline_name,
    pairs.subject,
    pairs.feature_name,
    {{ ml_monitor.cell_distance_columns() }}
from measured
inner join pairs
    on measured.pair_number = pairs.pair_number
