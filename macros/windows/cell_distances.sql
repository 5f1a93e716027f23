{% macro _cell_quantile_levels() %}
    {{ return({'05': 0.05, '50': 0.5, '95': 0.95}) }}
{% endmacro %}


{#
    The CTE `measured`, a row a pair of a window and its baseline: distances of the distribution functions F (window) and G
    (baseline) from fine cells, each as the least and the most that the counts allow: the true value always lies inside.
      ks           at the cells' ends F and G are known. Inside a cell both rise, so |F - G| is at most
                   F(end) - G(start) or G(end) - F(start), which is beyond the ends by the smaller of the two shares of the
                   cell. No open cell or part of one holds 1 % of the frozen reference (int_ml_cell_splits): against it
                   the bound is below 0.005, whatever the window holds
      wasserstein  between cells |F - G| is known; inside one it lies between max(0, F(start) - G(end),
                   G(start) - F(end)) and the bound above, times the width
      quantiles    between the start of the cell that holds the lower rank and the end of the one with the upper rank
    Cells that are single values, all of a discrete feature among them, have no inside and add nothing to a bound.

    In: the CTEs
      pairs       pair_number, sample_count, reference_count, and lowest_value and highest_value of both: where the open ends
                  of the outermost cells are
      both_sides  pair_number, cell_number, current_rows, baseline_rows: rows of a side in a cell, 0 of the other
      cell_ends   int_ml_cell_ends
#}
{% macro with_cells_measured() -%}
joined as (

    select
        pair_number,
        cell_number,
        sum(current_rows) as current_rows,
        sum(baseline_rows) as baseline_rows
    from both_sides
    group by
        pair_number,
        cell_number

),

/* all in one sort, of numbers only: it is the cost of the models that measure */
cumulated as (

    select
        joined.*,
        cell_ends.lower_value,
        cell_ends.upper_value,
        cell_ends.is_point,
        sum(joined.current_rows) over ascending as current_at_most,
        sum(joined.baseline_rows) over ascending as baseline_at_most,
        lead(cell_ends.lower_value) over next_cell as next_lower_value
    from joined
    inner join cell_ends
        on joined.cell_number = cell_ends.cell_number
    window
        next_cell as (
            partition by joined.pair_number
            order by joined.cell_number asc nulls last
        ),
        ascending as (
            partition by joined.pair_number
            order by joined.cell_number asc nulls last
            rows between unbounded preceding and current row
        )

),

shares as (

    select
        cumulated.pair_number,
        cumulated.is_point,
        pairs.sample_count,
        pairs.reference_count,
        cumulated.current_at_most,
        cumulated.baseline_at_most,
        cumulated.next_lower_value,
        coalesce(cumulated.lower_value, pairs.lowest_value) as lower_value,
        coalesce(cumulated.upper_value, pairs.highest_value) as upper_value,
        cumulated.current_at_most / pairs.sample_count as f_end,
        (cumulated.current_at_most - cumulated.current_rows) / pairs.sample_count as f_start,
        cumulated.baseline_at_most / pairs.reference_count as g_end,
        (cumulated.baseline_at_most - cumulated.baseline_rows) / pairs.reference_count as g_start
    from cumulated
    inner join pairs
        on cumulated.pair_number = pairs.pair_number

),

stepped as (

    select
        shares.*,
        shares.upper_value - shares.lower_value as width,
        coalesce(shares.next_lower_value - shares.upper_value, 0) as gap
    from shares

),

measured as (

    select
        pair_number,
        max(sample_count) as sample_count,
        max(reference_count) as reference_count,
        max(abs(f_end - g_end)) as ks_least,
        max(greatest(
            abs(f_end - g_end), case when not is_point then greatest(f_end - g_start, g_end - f_start) else 0 end
        )) as ks_most,
        sum(gap * abs(f_end - g_end) + width * greatest(f_start - g_end, g_start - f_end, 0)) as wasserstein_least,
        sum(gap * abs(f_end - g_end) + width * greatest(f_end - g_start, g_end - f_start)) as wasserstein_most
        {%- for name, level in ml_monitor._cell_quantile_levels().items() %}
        {%- for side, at_most, total in [('', 'current_at_most', 'sample_count'), ('reference_', 'baseline_at_most', 'reference_count')] %}
        {%- set rank = '(' ~ total ~ ' - 1) * ' ~ ml_monitor.double_literal(level) %},
        min(lower_value) filter (where {{ at_most }} >= floor({{ rank }}) + 1) as {{ side }}quantile_{{ name }}_least,
        min(upper_value) filter (where {{ at_most }} >= least(floor({{ rank }}) + 2, {{ total }})) as {{ side }}quantile_{{ name }}_most
        {%- endfor %}
        {%- endfor %}
    from stepped
    group by pair_number

)
{%- endmacro %}


{# The columns of `measured` to select: counts, and of each measure the middle of its range and half the range as error bound. #}
{% macro cell_distance_columns() -%}
cast(measured.sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(measured.reference_count as {{ dbt.type_bigint() }}) as reference_count,
    (measured.ks_least + measured.ks_most) / 2 as ks,
    (measured.ks_most - measured.ks_least) / 2 as ks_error_bound,
    (measured.wasserstein_least + measured.wasserstein_most) / 2 as wasserstein,
    (measured.wasserstein_most - measured.wasserstein_least) / 2 as wasserstein_error_bound
    {%- for name in ml_monitor._cell_quantile_levels() %}
    {%- for side in ['', 'reference_'] %},
    (measured.{{ side }}quantile_{{ name }}_least + measured.{{ side }}quantile_{{ name }}_most) / 2 as {{ side }}quantile_{{ name }},
    (measured.{{ side }}quantile_{{ name }}_most - measured.{{ side }}quantile_{{ name }}_least) / 2 as {{ side }}quantile_{{ name }}_error_bound
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
