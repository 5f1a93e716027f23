/*
    Grain: model, version, window, slice, baseline, subject and feature, for windows that have rows and a reference.
    PSI from its bins, with the p-value that it would reach by chance alone: without a change, PSI / (1/n + 1/m) is
    about chi-squared with one degree less than there are bins (Yurdakul 2018). Bins that count for the degrees of
    freedom are those with a row on either side. Null where neither side has a value at all, or both have only one.
*/
with bins as (

    select
        bins.*,
        concat(coalesce(bins.slice_key, ''), '=', coalesce(bins.slice_value, '')) as slice_id
    from {{ ref('fct_ml_drift_bins') }} as bins

),

tested as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        slice_key,
        slice_value,
        slice_id,
        baseline_name,
        bin_version,
        subject,
        feature_name,
        max(reference_total) as reference_total,
        max(current_total) as current_total,
        count(*) as bin_count,
        count(*) filter (where bin_kind not in ('null', 'non_finite')) as value_bin_count,
        sum(psi_contribution) as psi,
        {{ ml_monitor.safe_divide('sum(psi_contribution)', ml_monitor.safe_divide('1', 'max(reference_total)') ~ ' + ' ~ ml_monitor.safe_divide('1', 'max(current_total)')) }} as chi_squared,
        count(*) - 1 as degrees_of_freedom
    from bins
    group by
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        slice_key,
        slice_value,
        slice_id,
        baseline_name,
        bin_version,
        subject,
        feature_name

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
        tested.log_name,
        tested.model_id,
        tested.model_version,
        tested.granularity,
        tested.window_start,
        tested.slice_id,
        tested.bin_version,
        tested.subject,
        tested.feature_name,
        sum({{ ml_monitor.chi2_sf_term('tested.chi_squared', 'degree_terms.half_index', 'degree_terms.log_gamma') }}) as term_sum
    from tested
    inner join degree_terms
        on tested.degrees_of_freedom = degree_terms.degrees_of_freedom
    group by
        tested.log_name,
        tested.model_id,
        tested.model_version,
        tested.granularity,
        tested.window_start,
        tested.slice_id,
        tested.bin_version,
        tested.subject,
        tested.feature_name

)

select
    tested.log_name,
    tested.model_id,
    tested.model_version,
    tested.granularity,
    tested.window_start,
    tested.window_end,
    tested.slice_key,
    tested.slice_value,
    tested.baseline_name,
    tested.bin_version,
    tested.subject,
    tested.feature_name,
    'psi' as metric_name,
    case when tested.bin_count > 1 and tested.value_bin_count > 0 then tested.psi end as metric_value,
    tested.current_total as sample_count,
    tested.reference_total as reference_count,
    tested.bin_count,
    tested.value_bin_count,
    case
        when tested.degrees_of_freedom > 0 and tested.value_bin_count > 0
            then {{ ml_monitor.chi2_sf('tested.chi_squared', 'tested.degrees_of_freedom', 'summed.term_sum') }}
    end as p_value
from tested
left join summed
    on
        tested.log_name = summed.log_name
        and tested.model_id = summed.model_id
        and tested.model_version = summed.model_version
        and tested.granularity = summed.granularity
        and tested.window_start = summed.window_start
        and tested.slice_id = summed.slice_id
        and tested.bin_version = summed.bin_version
        and tested.subject = summed.subject
        and tested.feature_name = summed.feature_name
