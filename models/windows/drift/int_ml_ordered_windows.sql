{{ config(**ml_monitor.replaced_by_window()) }}
{%- set z = ml_monitor.double_literal(1.959963984540054) %}
{%- set levels = {'05': 0.05, '50': 0.5, '95': 0.95} %}
/*
    Grain: log, model, version, bin version, window, slice, subject and numeric feature. What needs the order of the
    values, exactly, for windows up to the log's exact_row_limit, against the fixed reference. With F and G the
    distribution functions of window and reference:
      ks           sup |F - G|; F is constant between two values of the window and G rises, so it lies at a value, or just
                   below one
      wasserstein  integral of |F^-1 - G^-1| over the shares. Each distinct value v of the window holds the shares from
                   F(v-) to F(v), on which G^-1 rises and meets v at G(v): two differences of Q(u), the integral of G^-1
                   from 0 to u, and Q is a prefix sum of the sorted reference
                   (measured error: 1e-15 of the largest distance of a value from the reference's median)
      quantile_05, _50, _95  numpy's linear interpolation, with the order statistics that hold the quantile with 95 %
                   (normal approximation of the binomial rank)
    The reference is sorted once (int_ml_reference_ranks): the distinct values of all windows are merged into it in
    one sort, and so are the ranks at which Q is wanted.
*/
with windows as (

    select
        windows.*,
        row_number() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.model_version asc, windows.granularity asc,
                windows.window_start asc
        ) as window_number
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
        max(ranks.row_count_at_most) as reference_count,
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

reference_values as (

    select
        series.series_number,
        series.reference_count,
        ranks.counted_value,
        ranks.counted_value - ranks.centre as centred_value,
        ranks.row_count,
        ranks.row_count_at_most,
        ranks.value_sum_at_most
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

day_values as (

    select
        series.series_number,
        counted.log_name,
        counted.model_id,
        counted.model_version,
        counted.predicted_date,
        counted.counted_value,
        counted.row_count
    from {{ ref('int_ml_values_counted') }} as counted
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

window_values as (

    select
        windows.window_number,
        day_values.series_number,
        day_values.counted_value,
        sum(day_values.row_count) as row_count
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start
    inner join day_values
        on
            window_days.log_name = day_values.log_name
            and window_days.model_id = day_values.model_id
            and window_days.model_version = day_values.model_version
            and window_days.predicted_date = day_values.predicted_date
    group by
        windows.window_number,
        day_values.series_number,
        day_values.counted_value

),

/* where each value of any window stands in the reference: one sort for all windows */
merged_values as (

    select
        series_number,
        counted_value,
        row_count as reference_row_count,
        centred_value * row_count as reference_value_sum
    from reference_values
    union all
    select
        series_number,
        counted_value,
        0 as reference_row_count,
        0 as reference_value_sum
    from window_values
    group by
        series_number,
        counted_value

),

distinct_values as (

    select
        series_number,
        counted_value,
        sum(reference_row_count) as reference_row_count,
        sum(reference_value_sum) as reference_value_sum
    from merged_values
    group by
        series_number,
        counted_value

),

positions as (

    select
        series_number,
        counted_value,
        reference_row_count,
        sum(reference_row_count) over ascending as reference_at_most,
        sum(reference_value_sum) over ascending as reference_sum_at_most
    from distinct_values
    window
        ascending as (
            partition by series_number
            order by counted_value asc nulls last
            rows between unbounded preceding and current row
        )

),

cumulated as (

    select
        window_number,
        series_number,
        counted_value,
        row_count,
        cast(sum(row_count) over (
            partition by window_number, series_number
            order by counted_value asc nulls last
            rows between unbounded preceding and current row
        ) as {{ ml_monitor.type_double() }}) as count_at_most,
        cast(sum(row_count) over (partition by window_number, series_number) as {{ ml_monitor.type_double() }}) as sample_count
    from window_values

),

placed as (

    select
        cumulated.window_number,
        cumulated.series_number,
        cumulated.counted_value,
        cumulated.counted_value - series.centre as centred_value,
        cumulated.count_at_most,
        cumulated.count_at_most - cumulated.row_count as count_below,
        cumulated.sample_count,
        cast(series.reference_count as {{ ml_monitor.type_double() }}) as reference_count,
        cast(positions.reference_at_most as {{ ml_monitor.type_double() }}) as reference_at_most,
        cast(positions.reference_at_most - positions.reference_row_count as {{ ml_monitor.type_double() }}) as reference_below,
        positions.reference_sum_at_most,
        /* the rank in the reference that the share F(v) reaches, and the whole rank that holds it */
        cumulated.count_at_most * series.reference_count / cumulated.sample_count as reached_rank,
        floor((cumulated.count_at_most * series.reference_count + cumulated.sample_count - 1) / cumulated.sample_count) as whole_rank
    from cumulated
    inner join series
        on cumulated.series_number = series.series_number
    inner join positions
        on
            cumulated.series_number = positions.series_number
            and cumulated.counted_value = positions.counted_value

),

merged_ranks as (

    select
        series_number,
        cast(row_count_at_most as {{ ml_monitor.type_double() }}) as whole_rank,
        cast(row_count_at_most as {{ ml_monitor.type_double() }}) as reference_rank
    from reference_values
    union all
    select
        series_number,
        whole_rank,
        cast(null as {{ ml_monitor.type_double() }}) as reference_rank
    from placed
    group by
        series_number,
        whole_rank

),

/* the first value of the reference whose rows reach the rank: again one sort */
reached as (

    select
        series_number,
        whole_rank,
        min(reference_rank) over (
            partition by series_number
            order by whole_rank desc nulls last
            range between unbounded preceding and current row
        ) as holding_rank
    from merged_ranks

),

holding as (

    select
        reached.series_number,
        reached.whole_rank,
        max(reached.holding_rank) as holding_rank
    from reached
    group by
        reached.series_number,
        reached.whole_rank

),

integrated as (

    select
        placed.*,
        reference_values.value_sum_at_most
        - (reference_values.row_count_at_most - placed.reached_rank) * reference_values.centred_value as reached_sum
    from placed
    inner join holding
        on
            placed.series_number = holding.series_number
            and placed.whole_rank = holding.whole_rank
    inner join reference_values
        on
            holding.series_number = reference_values.series_number
            and holding.holding_rank = reference_values.row_count_at_most

),

steps as (

    select
        integrated.*,
        integrated.count_below * integrated.reference_count / integrated.sample_count as left_rank,
        coalesce(lag(integrated.reached_sum) over (
            partition by integrated.window_number, integrated.series_number
            order by integrated.counted_value asc nulls last
        ), 0) as left_sum
    from integrated

),

crossings as (

    select
        steps.*,
        case
            when steps.reference_at_most <= steps.left_rank then steps.left_rank
            when steps.reference_at_most >= steps.reached_rank then steps.reached_rank
            else steps.reference_at_most
        end as crossing_rank,
        case
            when steps.reference_at_most <= steps.left_rank then steps.left_sum
            when steps.reference_at_most >= steps.reached_rank then steps.reached_sum
            else steps.reference_sum_at_most
        end as crossing_sum
    from steps

),

measured as (

    select
        window_number,
        series_number,
        max(sample_count) as sample_count,
        count(*) as distinct_count,
        max(greatest(
            abs(count_at_most / sample_count - reference_at_most / reference_count),
            abs(count_below / sample_count - reference_below / reference_count)
        )) as ks,
        greatest(sum(
            centred_value * (crossing_rank - left_rank) - (crossing_sum - left_sum)
            + (reached_sum - crossing_sum) - centred_value * (reached_rank - crossing_rank)
        ) / max(reference_count), 0) as wasserstein
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
    from crossings
    group by
        window_number,
        series_number

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
    cast(measured.sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(series.reference_count as {{ dbt.type_bigint() }}) as reference_count,
    measured.ks,
    measured.wasserstein,
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
inner join windows
    on measured.window_number = windows.window_number
inner join series
    on measured.series_number = series.series_number
inner join reference_quantiles
    on measured.series_number = reference_quantiles.series_number
