{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: model, version, window, slice, baseline, subject, feature and bin. The counts behind every drift measure,
    with the bin's exact share of the PSI: the contributions of one window and feature add up to its psi.
    A bin is here when the reference or the window has a row in it. PSI = sum((c - r) ln(c / r)) over shares of all
    rows, floored at 0.0001 (Siddiqi 2006; the floor keeps empty bins finite). Null, non-finite and unseen values are
    bins of their own.
*/
with window_bins as (

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

baselines as (

    select * from {{ ref('int_ml_baselines') }}

),

bin_edges as (

    select * from {{ ref('int_ml_bin_edges') }}

),

reference_bins as (

    select window_bins.*
    from window_bins
    inner join baselines
        on
            window_bins.log_name = baselines.log_name
            and window_bins.model_id = baselines.model_id
            and window_bins.model_version = baselines.model_version
            and window_bins.bin_version = baselines.bin_version
    where window_bins.granularity = 'reference'

),

reference_totals as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        series_id,
        sum(row_count) as reference_total
    from reference_bins
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        series_id

),

current_bins as (

    select window_bins.*
    from window_bins
    {{ ml_monitor.in_dirty_windows('window_bins') }}
    where window_bins.granularity != 'reference'

),

current_totals as (

    select
        current_bins.log_name,
        current_bins.model_id,
        current_bins.model_version,
        current_bins.bin_version,
        current_bins.granularity,
        current_bins.window_start,
        current_bins.window_end,
        current_bins.slice_key,
        current_bins.slice_value,
        current_bins.subject,
        current_bins.feature_name,
        current_bins.series_id,
        reference_totals.reference_total,
        sum(current_bins.row_count) as current_total
    from current_bins
    inner join reference_totals
        on
            current_bins.log_name = reference_totals.log_name
            and current_bins.model_id = reference_totals.model_id
            and current_bins.model_version = reference_totals.model_version
            and current_bins.bin_version = reference_totals.bin_version
            and current_bins.series_id = reference_totals.series_id
    group by
        current_bins.log_name,
        current_bins.model_id,
        current_bins.model_version,
        current_bins.bin_version,
        current_bins.granularity,
        current_bins.window_start,
        current_bins.window_end,
        current_bins.slice_key,
        current_bins.slice_value,
        current_bins.subject,
        current_bins.feature_name,
        current_bins.series_id,
        reference_totals.reference_total

),

/* every bin that either side has, once a window and series */
either_side as (

    select
        current_totals.log_name,
        current_totals.model_id,
        current_totals.model_version,
        current_totals.bin_version,
        current_totals.granularity,
        current_totals.window_start,
        current_totals.series_id,
        reference_bins.bin_id,
        reference_bins.bin_kind,
        reference_bins.bin_number,
        reference_bins.bin_category,
        reference_bins.row_count as reference_count,
        cast(0 as {{ dbt.type_bigint() }}) as current_count
    from current_totals
    inner join reference_bins
        on
            current_totals.log_name = reference_bins.log_name
            and current_totals.model_id = reference_bins.model_id
            and current_totals.model_version = reference_bins.model_version
            and current_totals.bin_version = reference_bins.bin_version
            and current_totals.series_id = reference_bins.series_id
    union all
    select
        current_bins.log_name,
        current_bins.model_id,
        current_bins.model_version,
        current_bins.bin_version,
        current_bins.granularity,
        current_bins.window_start,
        current_bins.series_id,
        current_bins.bin_id,
        current_bins.bin_kind,
        current_bins.bin_number,
        current_bins.bin_category,
        cast(0 as {{ dbt.type_bigint() }}) as reference_count,
        current_bins.row_count as current_count
    from current_bins

),

compared as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        series_id,
        bin_id,
        bin_kind,
        bin_number,
        bin_category,
        sum(reference_count) as reference_count,
        sum(current_count) as current_count
    from either_side
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        series_id,
        bin_id,
        bin_kind,
        bin_number,
        bin_category

),

shares as (

    select
        compared.*,
        current_totals.window_end,
        current_totals.slice_key,
        current_totals.slice_value,
        current_totals.subject,
        current_totals.feature_name,
        current_totals.reference_total,
        current_totals.current_total,
        {{ ml_monitor.safe_divide('compared.reference_count', 'current_totals.reference_total') }} as reference_share,
        {{ ml_monitor.safe_divide('compared.current_count', 'current_totals.current_total') }} as current_share
    from compared
    inner join current_totals
        on
            compared.log_name = current_totals.log_name
            and compared.model_id = current_totals.model_id
            and compared.model_version = current_totals.model_version
            and compared.bin_version = current_totals.bin_version
            and compared.granularity = current_totals.granularity
            and compared.window_start = current_totals.window_start
            and compared.series_id = current_totals.series_id

)

select
    shares.log_name,
    shares.model_id,
    shares.model_version,
    shares.granularity,
    shares.window_start,
    shares.window_end,
    shares.slice_key,
    shares.slice_value,
    'reference' as baseline_name,
    shares.bin_version,
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
    {{ ml_monitor.psi_term('shares.reference_share', 'shares.current_share') }} as psi_contribution
from shares
left join bin_edges
    on
        shares.log_name = bin_edges.log_name
        and shares.model_id = bin_edges.model_id
        and shares.model_version = bin_edges.model_version
        and shares.bin_version = bin_edges.bin_version
        and shares.subject = bin_edges.subject
        and shares.feature_name = bin_edges.feature_name
