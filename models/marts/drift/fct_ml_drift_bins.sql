{{ config(**ml_monitor.replaced_by_comparison()) }}
/*
    Grain: model, version, window, slice, baseline, subject, feature and bin. The counts behind every measure over bins,
    with the bin's exact part of three of them: the contributions of one window, baseline and feature add up to its psi,
    its js_divergence and its chi_squared. Slices are compared with the reference only.
    A bin is here when the baseline or the window has a row in it. Null, non-finite and unseen values are bins of their
    own. With r and c the shares of baseline and window:
      PSI            (c - r) ln(c / r), shares floored at 0.0001 (Siddiqi 2006; the floor keeps empty bins finite)
      Jensen-Shannon (r log2(r / m) + c log2(c / m)) / 2 with m = (r + c) / 2 (Lin 1991), no floor
      chi-squared    (observed - expected)^2 / expected of both sides, without Yates' correction (Pearson 1900)
*/
with comparisons as (

    select
        comparisons.log_name,
        comparisons.model_id,
        comparisons.model_version,
        baselines.bin_version,
        comparisons.granularity,
        comparisons.window_start,
        comparisons.window_end,
        comparisons.baseline_name,
        comparisons.baseline_id,
        /* one number for the many keys: what is joined and grouped below is long */
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
    where comparisons.baseline_id is not null

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

window_bins as (

    select
        window_bins.*,
        concat(
            window_bins.subject, '/', window_bins.feature_name, '/', coalesce(window_bins.slice_key, ''), '=',
            coalesce(window_bins.slice_value, '')
        ) as series_id,
        concat(
            window_bins.bin_kind, '/', cast(window_bins.bin_number as {{ dbt.type_string() }}), '/',
            coalesce(window_bins.bin_category, '')
        ) as bin_id
    from {{ ref('int_ml_window_bins') }} as window_bins

),

current_bins as (

    select
        comparisons.comparison_number,
        comparisons.baseline_number,
        window_bins.slice_key,
        window_bins.slice_value,
        window_bins.subject,
        window_bins.feature_name,
        window_bins.bin_kind,
        window_bins.bin_number,
        window_bins.bin_category,
        window_bins.series_id,
        window_bins.bin_id,
        window_bins.row_count
    from numbered_comparisons as comparisons
    inner join window_bins
        on
            comparisons.log_name = window_bins.log_name
            and comparisons.model_id = window_bins.model_id
            and comparisons.model_version = window_bins.model_version
            and comparisons.bin_version = window_bins.bin_version
            and comparisons.granularity = window_bins.granularity
            and comparisons.window_start = window_bins.window_start
    where comparisons.baseline_name = 'reference' or window_bins.slice_key is null

),

baseline_bins as (

    select
        baselines.baseline_number,
        window_bins.bin_kind,
        window_bins.bin_number,
        window_bins.bin_category,
        window_bins.series_id,
        window_bins.bin_id,
        sum(window_bins.row_count) as row_count
    from baselines
    inner join {{ ref('int_ml_baseline_members') }} as members
        on
            baselines.log_name = members.log_name
            and baselines.model_id = members.model_id
            and baselines.model_version = members.model_version
            and baselines.baseline_id = members.baseline_id
    inner join window_bins
        on
            members.log_name = window_bins.log_name
            and members.model_id = window_bins.model_id
            and members.model_version = window_bins.model_version
            and members.member_granularity = window_bins.granularity
            and members.member_start = window_bins.window_start
            and baselines.bin_version = window_bins.bin_version
    where baselines.baseline_id = 'reference' or window_bins.slice_key is null
    group by
        baselines.baseline_number,
        window_bins.bin_kind,
        window_bins.bin_number,
        window_bins.bin_category,
        window_bins.series_id,
        window_bins.bin_id

),

baseline_totals as (

    select
        baseline_number,
        series_id,
        sum(row_count) as reference_total
    from baseline_bins
    group by
        baseline_number,
        series_id

),

/* only what both sides have a row of can be compared */
current_totals as (

    select
        current_bins.comparison_number,
        current_bins.baseline_number,
        current_bins.slice_key,
        current_bins.slice_value,
        current_bins.subject,
        current_bins.feature_name,
        current_bins.series_id,
        baseline_totals.reference_total,
        sum(current_bins.row_count) as current_total
    from current_bins
    inner join baseline_totals
        on
            current_bins.baseline_number = baseline_totals.baseline_number
            and current_bins.series_id = baseline_totals.series_id
    group by
        current_bins.comparison_number,
        current_bins.baseline_number,
        current_bins.slice_key,
        current_bins.slice_value,
        current_bins.subject,
        current_bins.feature_name,
        current_bins.series_id,
        baseline_totals.reference_total

),

/* every bin that either side has, once a comparison and series */
either_side as (

    select
        current_totals.comparison_number,
        baseline_bins.bin_kind,
        baseline_bins.bin_number,
        baseline_bins.bin_category,
        baseline_bins.series_id,
        baseline_bins.bin_id,
        baseline_bins.row_count as reference_count,
        0 as current_count
    from current_totals
    inner join baseline_bins
        on
            current_totals.baseline_number = baseline_bins.baseline_number
            and current_totals.series_id = baseline_bins.series_id
    union all
    select
        comparison_number,
        bin_kind,
        bin_number,
        bin_category,
        series_id,
        bin_id,
        0 as reference_count,
        row_count as current_count
    from current_bins

),

compared as (

    select
        comparison_number,
        bin_kind,
        bin_number,
        bin_category,
        series_id,
        bin_id,
        sum(reference_count) as reference_count,
        sum(current_count) as current_count
    from either_side
    group by
        comparison_number,
        bin_kind,
        bin_number,
        bin_category,
        series_id,
        bin_id

),

shares as (

    select
        compared.*,
        current_totals.slice_key,
        current_totals.slice_value,
        current_totals.subject,
        current_totals.feature_name,
        current_totals.reference_total,
        current_totals.current_total,
        {{ ml_monitor.safe_divide('compared.reference_count', 'current_totals.reference_total') }} as reference_share,
        {{ ml_monitor.safe_divide('compared.current_count', 'current_totals.current_total') }} as current_share,
        {{ ml_monitor.safe_divide('compared.reference_count + compared.current_count', 'current_totals.reference_total + current_totals.current_total') }} as pooled_share
    from compared
    inner join current_totals
        on
            compared.comparison_number = current_totals.comparison_number
            and compared.series_id = current_totals.series_id

)

select
    comparisons.log_name,
    comparisons.model_id,
    comparisons.model_version,
    comparisons.granularity,
    comparisons.window_start,
    comparisons.window_end,
    shares.slice_key,
    shares.slice_value,
    comparisons.baseline_name,
    comparisons.bin_version,
    shares.subject,
    shares.feature_name,
    shares.bin_kind,
    cast(shares.bin_number as int) as bin_number,
    shares.bin_category,
    case
        when shares.bin_kind != 'interval' or shares.bin_number = 1 then null
        {%- for position in range(1, 10) %}
        when shares.bin_number = {{ position + 1 }} then bin_edges.edge_{{ position }}
        {%- endfor %}
    end as bin_lower,
    case
        when shares.bin_kind != 'interval' or shares.bin_number > bin_edges.edge_count then null
        {%- for position in range(1, 10) %}
        when shares.bin_number = {{ position }} then bin_edges.edge_{{ position }}
        {%- endfor %}
    end as bin_upper,
    cast(shares.reference_count as {{ dbt.type_bigint() }}) as reference_count,
    cast(shares.current_count as {{ dbt.type_bigint() }}) as current_count,
    cast(shares.reference_total as {{ dbt.type_bigint() }}) as reference_total,
    cast(shares.current_total as {{ dbt.type_bigint() }}) as current_total,
    shares.reference_share,
    shares.current_share,
    {{ ml_monitor.psi_term('shares.reference_share', 'shares.current_share') }} as psi_contribution,
    {{ ml_monitor.js_term('shares.reference_share', 'shares.current_share') }} as js_contribution,
    {{ ml_monitor.chi_squared_term('shares.reference_count', 'shares.reference_total', 'shares.pooled_share') }}
    + {{ ml_monitor.chi_squared_term('shares.current_count', 'shares.current_total', 'shares.pooled_share') }} as chi_squared_contribution
from shares
inner join comparisons
    on shares.comparison_number = comparisons.comparison_number
left join {{ ref('int_ml_bin_edges') }} as bin_edges
    on
        comparisons.log_name = bin_edges.log_name
        and comparisons.model_id = bin_edges.model_id
        and comparisons.model_version = bin_edges.model_version
        and comparisons.bin_version = bin_edges.bin_version
        and shares.subject = bin_edges.subject
        and shares.feature_name = bin_edges.feature_name
