{{ config(**ml_monitor.replaced_by_comparison()) }}
/*
    Grain: log, model, version, window, slice, baseline, subject and feature. The distances between the bins of the
    baseline and of the window, from the shares r and c in fct_ml_drift_bins:
      psi              sum of (c - r) ln(c / r), shares floored at 0.0001
      js_divergence    Jensen-Shannon in bits; js_distance is its square root
      hellinger        sqrt(sum of (sqrt(r) - sqrt(c))^2 / 2)
      total_variation  sum of |r - c| / 2
      l_infinity       largest |r - c|
      chi_squared      Pearson's, of the table of two rows
    p-values. chi_squared: against its distribution with one degree less than there are bins, those with a row on either
    side. psi: the same statistic, first given the mean and variance of a chi-squared; its own, where nothing changed and
    the totals of sides and bins are as they are, are known exactly (Haldane 1940, Dawson 1954) and differ where bins are
    sparse. Equal where they are not. Yurdakul's (2018) PSI / (1/n + 1/m) is not used: an empty bin inflates it.
    Null where neither side has a value at all, or both have only one.
*/
with compared as (

    select
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.granularity,
        bins.window_start,
        bins.window_end,
        bins.slice_key,
        bins.slice_value,
        bins.baseline_name,
        bins.bin_version,
        bins.subject,
        bins.feature_name,
        max(bins.reference_total) as reference_count,
        max(bins.current_total) as sample_count,
        count(*) as bin_count,
        count(*) filter (where bins.bin_kind not in ('null', 'non_finite')) as value_bin_count,
        coalesce(sum(bins.reference_count) filter (where bins.bin_kind = 'null'), 0) as reference_null_count,
        coalesce(sum(bins.current_count) filter (where bins.bin_kind = 'null'), 0) as null_count,
        sum(bins.psi_contribution) as psi,
        sum(bins.js_contribution) as js_divergence,
        sum(bins.chi_squared_contribution) as chi_squared,
        sum({{ ml_monitor.safe_divide('1', 'bins.reference_count + bins.current_count') }}) as reciprocal_total_sum,
        sum(
            (sqrt(bins.reference_share) - sqrt(bins.current_share))
            * (sqrt(bins.reference_share) - sqrt(bins.current_share))
        ) as hellinger_sum,
        sum(abs(bins.reference_share - bins.current_share)) as absolute_sum,
        max(abs(bins.reference_share - bins.current_share)) as l_infinity
    from {{ ref('fct_ml_drift_bins') }} as bins
    {{ ml_monitor.in_dirty_comparisons('bins') }}
    group by
        bins.log_name,
        bins.model_id,
        bins.model_version,
        bins.granularity,
        bins.window_start,
        bins.window_end,
        bins.slice_key,
        bins.slice_value,
        bins.baseline_name,
        bins.bin_version,
        bins.subject,
        bins.feature_name

),

numbered as (

    select
        compared.*,
        cast(compared.reference_count + compared.sample_count as {{ ml_monitor.type_double() }}) as row_count,
        compared.bin_count - 1 as degrees_of_freedom,
        row_number() over (
            order by
                compared.log_name asc, compared.model_id asc, compared.model_version asc, compared.granularity asc,
                compared.window_start asc, compared.slice_key asc nulls first, compared.slice_value asc nulls first,
                compared.baseline_name asc, compared.subject asc, compared.feature_name asc
        ) as series_number
    from compared

),

/* Dawson's terms for the two sides (rows of the table) and for the bins (its columns) */
table_terms as (

    select
        numbered.*,
        {{ ml_monitor.safe_divide('row_count - 2', 'row_count - 1') }} as row_spread,
        {{ ml_monitor.safe_divide(
            'row_count * (' ~ ml_monitor.safe_divide('1', 'reference_count')
            ~ ' + ' ~ ml_monitor.safe_divide('1', 'sample_count') ~ ') - 4',
            'row_count - 2'
        ) }} as row_imbalance,
        {{ ml_monitor.safe_divide('degrees_of_freedom * (row_count - bin_count)', 'row_count - 1') }} as bin_spread,
        {{ ml_monitor.safe_divide('row_count * reciprocal_total_sum - bin_count * bin_count', 'row_count - 2') }} as bin_imbalance
    from numbered

),

chi_squared_moments as (

    select
        series_number,
        degrees_of_freedom,
        chi_squared,
        {{ ml_monitor.safe_divide('degrees_of_freedom * row_count', 'row_count - 1') }} as expected_chi_squared,
        {{ ml_monitor.safe_divide('2 * row_count', 'row_count - 3') }} * (row_spread - row_imbalance) * (bin_spread - bin_imbalance)
        + {{ ml_monitor.safe_divide('row_count * row_count', 'row_count - 1') }} * row_imbalance * bin_imbalance as chi_squared_variance
    from table_terms

),

/* mean d and variance 2 d: the nearest whole degrees d, never more than the table's (or than chi2_sf knows: 2000) */
matched_degrees as (

    select
        chi_squared_moments.*,
        cast(greatest(
            least(
                floor(
                    {{ ml_monitor.safe_divide('2 * chi_squared_moments.expected_chi_squared * chi_squared_moments.expected_chi_squared', 'chi_squared_moments.chi_squared_variance') }}
                    + {{ ml_monitor.double_literal('0.5') }}
                ),
                chi_squared_moments.degrees_of_freedom,
                2000
            ),
            1
        ) as {{ dbt.type_bigint() }}) as matched_degrees
    from chi_squared_moments
    /* without a spread every table of these totals has the same chi-squared, which then says nothing */
    where chi_squared_moments.chi_squared_variance > {{ ml_monitor.double_literal('1e-9') }}

),

tested as (

    select
        series_number,
        'psi' as metric_name,
        matched_degrees as degrees_of_freedom,
        matched_degrees
        + (chi_squared - expected_chi_squared)
        * sqrt({{ ml_monitor.safe_divide('2 * matched_degrees', 'chi_squared_variance') }}) as statistic
    from matched_degrees
    union all
    select
        series_number,
        'chi_squared' as metric_name,
        degrees_of_freedom,
        chi_squared as statistic
    from numbered

),

degrees as (

    select degrees_of_freedom
    from tested
    group by degrees_of_freedom

),

degree_terms as (

    select
        degrees.degrees_of_freedom,
        terms.half_index,
        terms.log_gamma
    from degrees
    inner join {{ ref('ml_chi_squared_terms') }} as terms
        on {{ ml_monitor.chi2_sf_uses_term('degrees.degrees_of_freedom', 'terms.half_index') }}

),

summed as (

    select
        tested.series_number,
        tested.metric_name,
        sum({{ ml_monitor.chi2_sf_term('tested.statistic', 'degree_terms.half_index', 'degree_terms.log_gamma') }}) as term_sum
    from tested
    inner join degree_terms
        on tested.degrees_of_freedom = degree_terms.degrees_of_freedom
    group by
        tested.series_number,
        tested.metric_name

),

p_values as (

    select
        tested.series_number,
        max({{ ml_monitor.chi2_sf('tested.statistic', 'tested.degrees_of_freedom', 'summed.term_sum') }})
        filter (where tested.metric_name = 'psi') as psi_p_value,
        max({{ ml_monitor.chi2_sf('tested.statistic', 'tested.degrees_of_freedom', 'summed.term_sum') }})
        filter (where tested.metric_name = 'chi_squared') as chi_squared_p_value
    from tested
    left join summed
        on
            tested.series_number = summed.series_number
            and tested.metric_name = summed.metric_name
    group by tested.series_number

)

select
    numbered.log_name,
    numbered.model_id,
    numbered.model_version,
    numbered.granularity,
    numbered.window_start,
    numbered.window_end,
    numbered.slice_key,
    numbered.slice_value,
    numbered.baseline_name,
    numbered.bin_version,
    numbered.subject,
    numbered.feature_name,
    numbered.sample_count,
    numbered.reference_count,
    numbered.bin_count,
    numbered.value_bin_count,
    numbered.bin_count > 1 and numbered.value_bin_count > 0 as is_measured,
    numbered.reference_null_count,
    numbered.null_count,
    numbered.psi,
    numbered.js_divergence,
    sqrt(greatest(numbered.js_divergence, 0)) as js_distance,
    sqrt(numbered.hellinger_sum / 2) as hellinger,
    numbered.absolute_sum / 2 as total_variation,
    numbered.l_infinity,
    numbered.chi_squared,
    case when numbered.degrees_of_freedom > 0 then coalesce(p_values.psi_p_value, 1) end as psi_p_value,
    p_values.chi_squared_p_value
from numbered
left join p_values
    on numbered.series_number = p_values.series_number
