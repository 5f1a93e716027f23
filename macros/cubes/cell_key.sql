{#
    The fine cell of a numeric value, in one double, which adds up over days and from which the bin follows:
      a discrete feature (is_discrete), or one without a value in the reference: the value itself
      else                              100 k + i: cell i = 0 .. 19, of equal width, of the interval (knot_(k-1), knot_k],
                                        k = 1 .. 14, and i = 20 for the knot itself; 1 the minimum of the reference; 0, -1, .. -400
                                        below it, steps of a cell of the first interval; 1500, 1501, .. 1900
                                        above its maximum, steps of 1/280 of its range; the last of them are open
      null                              null
      NaN and infinities                NaN
    A cell that holds too much of the reference is divided further: macro part_key.
    edges: what stands before the columns is_discrete, knot_1 .. knot_13, reference_minimum and reference_maximum, as
    wide_knots gives them: no knot lies above the maximum.
#}
{% macro cell_key(value, edges) -%}
case
                when {{ value }} is null then null
                when not {{ ml_monitor.is_finite(value) }} then cast('NaN' as {{ ml_monitor.type_double() }})
                when {{ edges }}is_discrete then {{ value }} + 0
                when {{ value }} < {{ edges }}reference_minimum then 0 - {{ ml_monitor._steps(edges ~ 'reference_minimum - ' ~ value, ml_monitor._step_below(edges), 400) }}
                when {{ value }} > {{ edges }}reference_maximum then 1500 + {{ ml_monitor._steps(value ~ ' - ' ~ edges ~ 'reference_maximum', ml_monitor._step_above(edges), 400) }}
                when {{ value }} = {{ edges }}reference_minimum then 1
                else floor({{ ml_monitor._cell_tree(value, edges, 1, 14) }})
            end
{%- endmacro %}


{# How many whole steps a distance has; `limit` where it has more, or where there is no step. #}
{% macro _steps(distance, step, limit) -%}
case when {{ distance }} < {{ limit }} * {{ step }} then least(floor(({{ distance }}) / {{ step }}), {{ limit }}) else {{ limit }} end
{%- endmacro %}


{# Null, so that all is one open cell, where the reference leaves no width. #}
{% macro _step_below(edges) -%}
nullif((least({{ edges }}knot_1, {{ edges }}reference_maximum) - {{ edges }}reference_minimum) / 20, 0)
{%- endmacro %}


{% macro _step_above(edges) -%}
nullif(({{ edges }}reference_maximum - {{ edges }}reference_minimum) / 280, 0)
{%- endmacro %}


{# A hair less than 20 cells in an interval: what is below its end is never rounded into the cell of the end. #}
{% macro _cells_in_interval() -%}
    {{ return(ml_monitor.double_literal('19.9999999999')) }}
{%- endmacro %}


{# 100 k and the cells passed since the start of interval k. Few operations a leaf: they are the cost of the counting pass. #}
{% macro _cell_tree(value, edges, first, last) -%}
    {%- if first == last -%}
        {%- set lower = edges ~ ('reference_minimum' if first == 1 else 'knot_' ~ (first - 1)) -%}
        {%- set upper = edges ~ ('reference_maximum' if first == 14 else 'knot_' ~ first) -%}
        case when {{ value }} = {{ upper }} then {{ 100 * first + 20 }} else {{ 100 * first }} + {{ ml_monitor._cells_in_interval() }} * (({{ value }} - {{ lower }}) / ({{ upper }} - {{ lower }})) end
    {%- else -%}
        {%- set middle = (first + last) // 2 -%}
        case when {{ value }} <= {{ edges }}knot_{{ middle }} then {{ ml_monitor._cell_tree(value, edges, first, middle) }} else {{ ml_monitor._cell_tree(value, edges, middle + 1, last) }} end
    {%- endif -%}
{%- endmacro %}


{#
    A value of the bin that a cell belongs to, for bin_number: the cell's upper knot; just outside the range for the two
    outer cells.
#}
{% macro value_of_cell(cell_key, edges) -%}
case
                when coalesce({{ edges }}is_discrete, true) or {{ cell_key }} is null or not {{ ml_monitor.is_finite(cell_key) }} then {{ cell_key }}
                when {{ cell_key }} < 1 then {{ ml_monitor.double_literal('-1.79e308') }}
                when {{ cell_key }} = 1 then {{ edges }}reference_minimum
                when {{ cell_key }} >= 1500 then {{ ml_monitor.double_literal('1.79e308') }}
                {%- for interval in range(1, 14) %}
                when {{ cell_key }} < {{ 100 * (interval + 1) }} then least({{ edges }}knot_{{ interval }}, {{ edges }}reference_maximum)
                {%- endfor %}
                else {{ edges }}reference_maximum
            end
{%- endmacro %}


{# Whether a cell is one single value, so that nothing lies inside it. Not for the points of part_key. #}
{% macro is_point_cell(cell_key, edges) -%}
({{ edges }}is_discrete or {{ cell_key }} = 1 or ({{ cell_key }} between 100 and 1499 and {{ cell_key }} - 100 * floor({{ cell_key }} / 100) = 20))
{%- endmacro %}


{#
    One wide row of cell edges for each model version and bin version: n1_is_discrete, n1_knot_1 .. n1_knot_13, ...
    Unused knots are the maximum of the reference.
#}
{% macro wide_knots(log_name, numeric_slots) -%}
{%- set bin_versions = ref('int_ml_bin_versions') -%}
select
        bin_versions.version_number
        {%- for slot, subject, feature_name in numeric_slots %}
        {%- set own = "filter (where edges.subject = '" ~ subject ~ "' and edges.feature_name = '" ~ feature_name ~ "')" %}
        {%- for position in range(1, 14) %},
        max(least(edges.knot_{{ position }}, edges.reference_maximum)) {{ own }} as {{ slot }}_knot_{{ position }}
        {%- endfor %},
        max(edges.reference_minimum) {{ own }} as {{ slot }}_reference_minimum,
        max(edges.reference_maximum) {{ own }} as {{ slot }}_reference_maximum,
        coalesce(max(case when edges.is_discrete then 1 else 0 end) {{ own }} = 1, true) as {{ slot }}_is_discrete
        {%- endfor %}
    from {{ ref('int_ml_bin_edges') }} as edges
    inner join {{ bin_versions }} as bin_versions
        on
            edges.log_name = bin_versions.log_name
            and edges.model_id = bin_versions.model_id
            and edges.model_version = bin_versions.model_version
            and edges.bin_version = bin_versions.bin_version
    {%- if log_name is not none %}
    where edges.log_name = '{{ log_name }}'
    {%- endif %}
    group by bin_versions.version_number
{%- endmacro %}


{# The lower and upper end of a cell; null for the open end of the outermost ones. #}
{% macro cell_lower(cell_key, edges) -%}
case
                when {{ edges }}is_discrete then {{ cell_key }}
                when {{ cell_key }} <= -400 then null
                when {{ cell_key }} <= 0 then {{ edges }}reference_minimum - (1 - {{ cell_key }}) * {{ ml_monitor._step_below(edges) }}
                when {{ cell_key }} = 1 then {{ edges }}reference_minimum
                when {{ cell_key }} >= 1500 then {{ edges }}reference_maximum + ({{ cell_key }} - 1500) * coalesce({{ ml_monitor._step_above(edges) }}, 0)
                {%- for interval in range(1, 15) %}
                when {{ cell_key }} < {{ 100 * (interval + 1) }} then {{ ml_monitor._cell_end(cell_key, edges, interval, 0) }}
                {%- endfor %}
            end
{%- endmacro %}


{% macro cell_upper(cell_key, edges) -%}
case
                when {{ edges }}is_discrete then {{ cell_key }}
                when {{ cell_key }} <= 0 then {{ edges }}reference_minimum + {{ cell_key }} * coalesce({{ ml_monitor._step_below(edges) }}, 0)
                when {{ cell_key }} = 1 then {{ edges }}reference_minimum
                when {{ cell_key }} >= 1900 then null
                when {{ cell_key }} >= 1500 then {{ edges }}reference_maximum + ({{ cell_key }} - 1499) * {{ ml_monitor._step_above(edges) }}
                {%- for interval in range(1, 15) %}
                when {{ cell_key }} < {{ 100 * (interval + 1) }} then {{ ml_monitor._cell_end(cell_key, edges, interval, 1) }}
                {%- endfor %}
            end
{%- endmacro %}


{% macro _cell_end(cell_key, edges, interval, step) -%}
    {%- set lower = edges ~ ('reference_minimum' if interval == 1 else 'knot_' ~ (interval - 1)) -%}
    {%- set upper = edges ~ 'reference_maximum' if interval == 14 else 'least(' ~ edges ~ 'knot_' ~ interval ~ ', ' ~ edges ~ 'reference_maximum)' -%}
    case when {{ cell_key }} = {{ 100 * interval + 20 }} then {{ upper }} else least({{ lower }} + ({{ cell_key }} - {{ 100 * interval - step }}) * (({{ upper }} - {{ lower }}) / {{ ml_monitor._cells_in_interval() }}), {{ upper }}) end
{%- endmacro %}
