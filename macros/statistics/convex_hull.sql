{#
    CTEs that find the vertices of the greatest convex minorant of each series of points, which is isotonic regression
    (Barlow et al. 1972): a point is one when every chord from the left is flatter than every chord to the right.
    The hull of all points is the hull of the hulls of blocks of them, so pairs are formed in blocks first: some
    block_size times the points, not their square.
      points   CTE with series_number, point_number (1, 2, ... in the order of x), x and y, both cumulative sums
      stages   how many times the points are thinned by blocks before all that are left are compared
    The CTE `hull` has the vertices with their columns.
#}
{% macro with_convex_hull(points, stages=3, block_size=32) -%}
{%- for stage in range(1, stages + 2) %}
{%- set source = points if loop.first else 'hull_' ~ (stage - 1) %}
{%- set result = 'hull' if loop.last else 'hull_' ~ stage %}
{{ result }}_blocks as (

    select
        {{ source }}.*,
        {%- if loop.last %}
        1 as block_number
        {%- else %}
        floor(
            (row_number() over (partition by {{ source }}.series_number order by {{ source }}.point_number asc) - 1)
            / {{ ml_monitor.double_literal(block_size) }}
        ) as block_number
        {%- endif %}
    from {{ source }}

),

{{ result }} as (

    select
        points.series_number,
        points.point_number,
        points.x,
        points.y
    from {{ result }}_blocks as points
    left join {{ result }}_blocks as neighbours
        on
            points.series_number = neighbours.series_number
            and points.block_number = neighbours.block_number
            and points.point_number != neighbours.point_number
    group by
        points.series_number,
        points.point_number,
        points.x,
        points.y
    having
        coalesce(
            max(case when neighbours.point_number < points.point_number then (points.y - neighbours.y) / (points.x - neighbours.x) end)
            < min(case when neighbours.point_number > points.point_number then (neighbours.y - points.y) / (neighbours.x - points.x) end),
            true
        )

){{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
