{{ config(**ml_monitor.replaced_by_window(with_changed_values=true)) }}
{%- set z = ml_monitor.double_literal(1.959963984540054) %}
{%- set levels = {'05': 0.05, '50': 0.5, '95': 0.95} %}
{%- set is_crossed -%}
coalesce(
            window_values.count_at_most * comparisons.reference_count > window_values.reference_at_most * comparisons.sample_count
            and window_values.count_at_most * comparisons.reference_count < window_values.next_reference_below * comparisons.sample_count,
            false
        )
{%- endset %}
/*
    Grain: log, model, version, bin version, window, slice, subject and numeric feature. What needs the order of the
    values, exactly, for windows up to the log's exact_row_limit, against the fixed reference. With F and G the
    distribution functions of window and reference:
      ks           sup |F - G|; F is constant between two values of the window and G rises, so it lies at a value, or just
                   below one
      wasserstein  integral of |F - G|. Between two values of the window F is constant, and the integral of G is the difference
                   of two prefix sums of the sorted reference (area); where G passes F in between, the value at which it
                   does parts the two (measured error: 1e-15 of the largest distance of a value from the reference's median)
      quantile_05, _50, _95  numpy's linear interpolation, with the order statistics that hold the quantile with 95 %
                   (normal approximation of the binomial rank)
    The reference is sorted once (int_ml_reference_ranks): the values of all days are merged into it in one sort, and so
    are the ranks at which G passes F.
*/
with windows as (

    select
        windows.*,
        {{ ml_monitor.window_row_number() }} as window_number
    from {{ ref('int_ml_exact_windows') }} as windows

),

references_of_windows as (

    select
        log_name,
        model_id,
        model_version,
        bin_version
    from windows
    group by
        log_name,
        model_id,
        model_version,
        bin_version

),

/* one number for the many keys: what is sorted and joined below is long */
series as (

    select
        ranks.log_name,
        ranks.model_id,
        ranks.model_version,
        ranks.bin_version,
        ranks.slice_key,
        ranks.slice_value,
        ranks.subject,
        ranks.feature_name,
        ranks.centre,
        cast(max(ranks.row_count_at_most) as {{ ml_monitor.type_double() }}) as reference_count,
        sum(ranks.row_count * (ranks.counted_value - ranks.centre)) as reference_value_sum,
        count(*) as reference_distinct_count,
        row_number() over (
            order by
                ranks.log_name asc, ranks.model_id asc, ranks.model_version asc, ranks.slice_key asc nulls first,
                ranks.slice_value asc nulls first, ranks.subject asc, ranks.feature_name asc
        ) as series_number
    from {{ ref('int_ml_reference_ranks') }} as ranks
    inner join references_of_windows
        on
            ranks.log_name = references_of_windows.log_name
            and ranks.model_id = references_of_windows.model_id
            and ranks.model_version = references_of_windows.model_version
            and ranks.bin_version = references_of_windows.bin_version
    group by
        ranks.log_name,
        ranks.model_id,
        ranks.model_version,
        ranks.bin_version,
        ranks.slice_key,
        ranks.slice_value,
        ranks.subject,
        ranks.feature_name,
        ranks.centre

),

/* area is the integral of R G up to the value, G the reference's distribution function and R its rows */
reference_values as (

    select
        series.series_number,
        series.reference_count,
        row_number() over (
            order by series.series_number asc, ranks.counted_value asc nulls last
        ) as reference_number,
        ranks.counted_value,
        cast(ranks.row_count_at_most as {{ ml_monitor.type_double() }}) as row_count_at_most,
        cast(ranks.row_count_at_most - ranks.row_count as {{ ml_monitor.type_double() }}) as row_count_below,
        ranks.value_sum_at_most,
        ranks.row_count_at_most * (ranks.counted_value - ranks.centre) - ranks.value_sum_at_most as area
    from series
    inner join {{ ref('int_ml_reference_ranks') }} as ranks
        on
            series.log_name = ranks.log_name
            and series.model_id = ranks.model_id
            and series.model_version = ranks.model_version
            and series.bin_version = ranks.bin_version
            and coalesce(series.slice_key, '') = coalesce(ranks.slice_key, '')
            and coalesce(series.slice_value, '') = coalesce(ranks.slice_value, '')
            and series.subject = ranks.subject
            and series.feature_name = ranks.feature_name

),

days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        row_number() over (order by log_name asc, model_id asc, model_version asc, predicted_date asc) as day_number
    from {{ ref('int_ml_exact_days') }}

),

day_values as (

    select
        series.series_number,
        days.day_number,
        counted.counted_value,
        counted.row_count
    from {{ ref('int_ml_values_counted') }} as counted
    inner join days
        on
            counted.log_name = days.log_name
            and counted.model_id = days.model_id
            and counted.model_version = days.model_version
            and counted.predicted_date = days.predicted_date
    inner join series
        on
            counted.log_name = series.log_name
            and counted.model_id = series.model_id
            and counted.model_version = series.model_version
            and coalesce(counted.slice_key, '') = coalesce(series.slice_key, '')
            and coalesce(counted.slice_value, '') = coalesce(series.slice_value, '')
            and counted.subject = series.subject
            and counted.feature_name = series.feature_name

),

/* where each value of a day stands in the reference, whose rows come first among equals: one sort for all windows */
merged_values as (

    select
        series_number,
        counted_value,
        reference_number,
        0 as day_number,
        0 as row_count
    from reference_values
    union all
    select
        series_number,
        counted_value,
        0 as reference_number,
        day_number,
        row_count
    from day_values

),

positions as (

    select
        series_number,
        counted_value,
        day_number,
        row_count,
        max(reference_number) over (
            partition by series_number
            order by counted_value asc nulls last, day_number asc
            rows between unbounded preceding and current row
        ) as last_reference_number
    from merged_values

),

day_positions as (

    select
        positions.series_number,
        positions.day_number,
        positions.counted_value,
        positions.row_count,
        coalesce(
            case
                when reference_values.counted_value = positions.counted_value then reference_values.row_count_below
                else reference_values.row_count_at_most
            end, 0
        ) as reference_below,
        coalesce(reference_values.row_count_at_most, 0) as reference_at_most,
        coalesce(
            reference_values.area
            + reference_values.row_count_at_most * (positions.counted_value - reference_values.counted_value), 0
        ) as area
    from positions
    left join reference_values
        on positions.last_reference_number = reference_values.reference_number
    where positions.day_number > 0

),

days_of_windows as (

    select
        windows.window_number,
        days.day_number
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start
    inner join days
        on
            window_days.log_name = days.log_name
            and window_days.model_id = days.model_id
            and window_days.model_version = days.model_version
            and window_days.predicted_date = days.predicted_date

),

day_counts as (

    select
        day_values.day_number,
        day_values.series_number,
        sum(day_values.row_count) as row_count,
        count(*) as value_count,
        max(series.reference_count) as reference_count
    from day_values
    inner join series
        on day_values.series_number = series.series_number
    group by
        day_values.day_number,
        day_values.series_number

),

/* one number for window and series */
comparisons as (

    select
        days_of_windows.window_number,
        day_counts.series_number,
        row_number() over (
            order by days_of_windows.window_number asc, day_counts.series_number asc
        ) as comparison_number,
        sum(day_counts.row_count) = sum(day_counts.value_count) as is_counted_singly,
        cast(sum(day_counts.row_count) as {{ ml_monitor.type_double() }}) as sample_count,
        cast(max(day_counts.reference_count) as {{ ml_monitor.type_double() }}) as reference_count
    from days_of_windows
    inner join day_counts
        on days_of_windows.day_number = day_counts.day_number
    group by
        days_of_windows.window_number,
        day_counts.series_number

),

comparison_days as (

    select
        comparisons.comparison_number,
        comparisons.series_number,
        comparisons.is_counted_singly,
        days_of_windows.day_number
    from comparisons
    inner join days_of_windows
        on comparisons.window_number = days_of_windows.window_number

),

/*
    A value that stands several times in a window has a row for each; only the last of them ends a step of F. Where every
    row stands for itself its number is the count, which costs DuckDB a quarter of a running sum.
*/
{%- for part in ['single', 'repeated'] %}
{{ part }}_values as (

    select
        comparison_days.comparison_number,
        day_positions.counted_value,
        day_positions.reference_at_most,
        day_positions.reference_below,
        day_positions.area,
        cast({{ 'row_number() over ascending' if part == 'single' else 'sum(day_positions.row_count) over up_to_here' }} as {{ ml_monitor.type_double() }}) as count_at_most,
        lead(day_positions.counted_value) over ascending as next_value,
        lead(day_positions.reference_below) over ascending as next_reference_below,
        lead(day_positions.area) over ascending as next_area
    from comparison_days
    inner join day_positions
        on
            comparison_days.day_number = day_positions.day_number
            and comparison_days.series_number = day_positions.series_number
    where {{ 'not ' if part == 'repeated' }}comparison_days.is_counted_singly
    window
        ascending as (
            partition by comparison_days.comparison_number
            order by day_positions.counted_value asc nulls last
        )
        {%- if part == 'repeated' %},
        up_to_here as (
            partition by comparison_days.comparison_number
            order by day_positions.counted_value asc nulls last
            rows between unbounded preceding and current row
        )
        {%- endif %}

),
{% endfor %}
window_values as (

    select * from single_values
    union all
    select * from repeated_values

),

/* how far F stands above G at a value, and just below the next one: F is constant between them and G rises */
steps as (

    select
        window_values.*,
        comparisons.sample_count,
        comparisons.reference_count,
        window_values.count_at_most / comparisons.sample_count as share_at_most,
        window_values.count_at_most / comparisons.sample_count
        - window_values.reference_at_most / comparisons.reference_count as difference,
        window_values.count_at_most / comparisons.sample_count
        - window_values.next_reference_below / comparisons.reference_count as difference_below_next,
        {{ is_crossed }} as is_crossed
    from window_values
    inner join comparisons
        on window_values.comparison_number = comparisons.comparison_number

),

measured as (

    select
        comparison_number,
        count(*) filter (where next_value is null or next_value > counted_value) as distinct_count,
        greatest(
            max(abs(difference)) filter (where next_value is null or next_value > counted_value),
            coalesce(max(abs(difference_below_next)) filter (where next_value > counted_value), 0),
            min(reference_below / reference_count)
        ) as ks,
        coalesce(sum(abs(share_at_most * (next_value - counted_value) - (next_area - area) / reference_count)) filter (
            where not is_crossed
        ), 0) as area_between,
        min(area / reference_count) as area_before,
        max(area / reference_count) as area_up_to_last,
        max(counted_value) as last_value
        {%- for name, level in levels.items() %}
        {%- set rank = '(sample_count - 1) * ' ~ ml_monitor.double_literal(level) %}
        {%- set spread = z ~ ' * sqrt(sample_count * ' ~ ml_monitor.double_literal(level * (1 - level)) ~ ')' %}
        {%- set middle = 'sample_count * ' ~ ml_monitor.double_literal(level) %},
        min(counted_value) filter (where count_at_most >= floor({{ rank }}) + 1) as low_value_{{ name }},
        min(counted_value) filter (where count_at_most >= least(floor({{ rank }}) + 2, sample_count)) as high_value_{{ name }},
        max({{ rank }} - floor({{ rank }})) as weight_{{ name }},
        min(counted_value) filter (where count_at_most >= greatest(floor({{ middle }} - {{ spread }}), 1)) as quantile_{{ name }}_lower,
        min(counted_value) filter (where count_at_most >= least(ceil({{ middle }} + {{ spread }}) + 1, sample_count)) as quantile_{{ name }}_upper
        {%- endfor %}
    from steps
    group by comparison_number

),

/* where G passes F between two values of the window: the rank in the reference at which it does */
crossings as (

    select
        window_values.*,
        comparisons.series_number,
        comparisons.reference_count,
        window_values.count_at_most / comparisons.sample_count as share_at_most,
        floor(
            (window_values.count_at_most * comparisons.reference_count + comparisons.sample_count - 1) / comparisons.sample_count
        ) as whole_rank
    from window_values
    inner join comparisons
        on window_values.comparison_number = comparisons.comparison_number
    where {{ is_crossed }}

),

merged_ranks as (

    select
        series_number,
        row_count_at_most as whole_rank,
        reference_number
    from reference_values
    union all
    select
        series_number,
        whole_rank,
        cast(null as {{ dbt.type_bigint() }}) as reference_number
    from crossings
    group by
        series_number,
        whole_rank

),

/* the first value of the reference whose rows reach the rank: again one sort */
reached as (

    select
        series_number,
        whole_rank,
        min(reference_number) over (
            partition by series_number
            order by whole_rank desc nulls last
            range between unbounded preceding and current row
        ) as holding_number
    from merged_ranks

),

holding as (

    select
        series_number,
        whole_rank,
        max(holding_number) as holding_number
    from reached
    group by
        series_number,
        whole_rank

),

crossed as (

    select
        crossings.comparison_number,
        sum(
            abs(
                crossings.share_at_most * (at_crossing.counted_value - crossings.counted_value)
                - (at_crossing.area - crossings.area) / crossings.reference_count
            )
            + abs(
                crossings.share_at_most * (crossings.next_value - at_crossing.counted_value)
                - (crossings.next_area - at_crossing.area) / crossings.reference_count
            )
        ) as area_between
    from crossings
    inner join holding
        on
            crossings.series_number = holding.series_number
            and crossings.whole_rank = holding.whole_rank
    inner join reference_values as at_crossing
        on holding.holding_number = at_crossing.reference_number
    group by crossings.comparison_number

),

reference_quantiles as (

    select
        series_number
        {%- for name, level in levels.items() %}
        {%- set rank = '(reference_count - 1) * ' ~ ml_monitor.double_literal(level) %}
        {%- set spread = z ~ ' * sqrt(reference_count * ' ~ ml_monitor.double_literal(level * (1 - level)) ~ ')' %}
        {%- set middle = 'reference_count * ' ~ ml_monitor.double_literal(level) %},
        min(counted_value) filter (where row_count_at_most >= floor({{ rank }}) + 1) as low_value_{{ name }},
        min(counted_value) filter (where row_count_at_most >= least(floor({{ rank }}) + 2, reference_count)) as high_value_{{ name }},
        max({{ rank }} - floor({{ rank }})) as weight_{{ name }},
        min(counted_value) filter (where row_count_at_most >= greatest(floor({{ middle }} - {{ spread }}), 1)) as quantile_{{ name }}_lower,
        min(counted_value) filter (where row_count_at_most >= least(ceil({{ middle }} + {{ spread }}) + 1, reference_count)) as quantile_{{ name }}_upper
        {%- endfor %}
    from reference_values
    group by series_number

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.bin_version,
    windows.granularity,
    windows.window_start,
    series.slice_key,
    series.slice_value,
    series.subject,
    series.feature_name,
    cast(comparisons.sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(series.reference_count as {{ dbt.type_bigint() }}) as reference_count,
    measured.ks,
    measured.area_before + measured.area_between + coalesce(crossed.area_between, 0)
    /* the reference beyond the last value of the window */
    + greatest(
        series.reference_value_sum / series.reference_count - (measured.last_value - series.centre) + measured.area_up_to_last, 0
    ) as wasserstein,
    cast(measured.distinct_count as {{ dbt.type_bigint() }}) as distinct_count,
    cast(series.reference_distinct_count as {{ dbt.type_bigint() }}) as reference_distinct_count
    {%- for name in levels %}
    {%- for side, rows in [('', 'measured'), ('reference_', 'reference_quantiles')] %},
    case
        when {{ rows }}.weight_{{ name }} < {{ ml_monitor.double_literal(0.5) }}
            then {{ rows }}.low_value_{{ name }} + ({{ rows }}.high_value_{{ name }} - {{ rows }}.low_value_{{ name }}) * {{ rows }}.weight_{{ name }}
        else {{ rows }}.high_value_{{ name }} - ({{ rows }}.high_value_{{ name }} - {{ rows }}.low_value_{{ name }}) * (1 - {{ rows }}.weight_{{ name }})
    end as {{ side }}quantile_{{ name }},
    {{ rows }}.quantile_{{ name }}_lower{{ ' as reference_quantile_' ~ name ~ '_lower' if side }},
    {{ rows }}.quantile_{{ name }}_upper{{ ' as reference_quantile_' ~ name ~ '_upper' if side }}
    {%- endfor %}
    {%- endfor %}
from measured
inner join comparisons
    on measured.comparison_number = comparisons.comparison_number
inner join windows
    on comparisons.window_number = windows.window_number
inner join series
    on comparisons.series_number = series.series_number
left join crossed
    on measured.comparison_number = crossed.comparison_number
inner join reference_quantiles
    on comparisons.series_number = reference_quantiles.series_number
