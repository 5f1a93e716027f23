{{ config(**ml_monitor.replaced_by_comparison()) }}
{%- set levels = ['05', '50', '95'] %}
{%- set null_double = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
/*
    Grain: log, model, version, window, slice, baseline, subject and numeric feature. The distances that need the order of
    the values: exact where the window was read value by value (int_ml_ordered_windows), from fine cells with their error
    bounds elsewhere (int_ml_cell_distances, int_ml_trailing_distances).
      ks_p_value              scipy's ks_2samp(method='asymp'), kstwo at the rounded n m / (n + m); up to 140 of these
                              Kolmogorov's limit, which is too large there rather than too small
      wasserstein_normalized  over the population standard deviation of the baseline
      quantile_.._change      interval of the difference from those of the two quantiles by MOVER (Zou, Donner 2008)
*/
with ordered_windows as (

    select ordered_windows.*
    from {{ ref('int_ml_ordered_windows') }} as ordered_windows
    {{ ml_monitor.in_dirty_comparisons('ordered_windows') }}

),

cell_distances as (

    select cell_distances.*
    from {{ ref('int_ml_cell_distances') }} as cell_distances
    {{ ml_monitor.in_dirty_comparisons('cell_distances') }}

),

trailing_distances as (

    select
        trailing_distances.*,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value
    from {{ ref('int_ml_trailing_distances') }} as trailing_distances
    {{ ml_monitor.in_dirty_comparisons('trailing_distances') }}

),

moment_changes as (

    select moment_changes.*
    from {{ ref('int_ml_moment_changes') }} as moment_changes
    {{ ml_monitor.in_dirty_comparisons('moment_changes') }}

),

distances as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        'reference' as baseline_name,
        subject,
        feature_name,
        sample_count,
        reference_count,
        ks,
        0 as ks_error_bound,
        wasserstein,
        0 as wasserstein_error_bound,
        distinct_count,
        reference_distinct_count
        {%- for level in levels %},
        reference_quantile_{{ level }},
        quantile_{{ level }} - reference_quantile_{{ level }} as quantile_{{ level }}_change,
        0 as quantile_{{ level }}_change_error_bound,
        quantile_{{ level }} - reference_quantile_{{ level }} - sqrt(
            (quantile_{{ level }} - quantile_{{ level }}_lower) * (quantile_{{ level }} - quantile_{{ level }}_lower)
            + (reference_quantile_{{ level }}_upper - reference_quantile_{{ level }}) * (reference_quantile_{{ level }}_upper - reference_quantile_{{ level }})
        ) as quantile_{{ level }}_change_lower,
        quantile_{{ level }} - reference_quantile_{{ level }} + sqrt(
            (quantile_{{ level }}_upper - quantile_{{ level }}) * (quantile_{{ level }}_upper - quantile_{{ level }})
            + (reference_quantile_{{ level }} - reference_quantile_{{ level }}_lower) * (reference_quantile_{{ level }} - reference_quantile_{{ level }}_lower)
        ) as quantile_{{ level }}_change_upper
        {%- endfor %}
    from ordered_windows
    {%- for distances_from_cells in ['cell_distances', 'trailing_distances'] %}
    union all
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        baseline_name,
        subject,
        feature_name,
        sample_count,
        reference_count,
        ks,
        ks_error_bound,
        wasserstein,
        wasserstein_error_bound,
        cast(null as {{ dbt.type_bigint() }}) as distinct_count,
        cast(null as {{ dbt.type_bigint() }}) as reference_distinct_count
        {%- for level in levels %},
        reference_quantile_{{ level }},
        quantile_{{ level }} - reference_quantile_{{ level }} as quantile_{{ level }}_change,
        quantile_{{ level }}_error_bound + reference_quantile_{{ level }}_error_bound as quantile_{{ level }}_change_error_bound,
        {{ null_double }} as quantile_{{ level }}_change_lower,
        {{ null_double }} as quantile_{{ level }}_change_upper
        {%- endfor %}
    from {{ distances_from_cells }}
    {%- endfor %}

),

normalized as (

    select
        distances.*,
        {{ ml_monitor.safe_divide('distances.wasserstein', 'moment_changes.reference_population_std') }} as wasserstein_normalized,
        {{ ml_monitor.safe_divide('distances.wasserstein_error_bound', 'moment_changes.reference_population_std') }} as wasserstein_normalized_error_bound,
        {{ ml_monitor.ks_effective_n('distances.sample_count', 'distances.reference_count') }} as effective_count,
        distances.ks * sqrt(
            cast(distances.sample_count as {{ ml_monitor.type_double() }}) * distances.reference_count
            / (distances.sample_count + distances.reference_count)
        ) as limit_statistic
    from distances
    left join moment_changes
        on
            distances.log_name = moment_changes.log_name
            and distances.model_id = moment_changes.model_id
            and distances.model_version = moment_changes.model_version
            and distances.granularity = moment_changes.granularity
            and distances.window_start = moment_changes.window_start
            and coalesce(distances.slice_key, '') = coalesce(moment_changes.slice_key, '')
            and coalesce(distances.slice_value, '') = coalesce(moment_changes.slice_value, '')
            and distances.baseline_name = moment_changes.baseline_name
            and distances.subject = moment_changes.subject
            and distances.feature_name = moment_changes.feature_name

)

select
    normalized.*,
    case
        when normalized.effective_count > 140 then {{ ml_monitor.kstwo_sf('normalized.ks', 'normalized.effective_count') }}
        else {{ ml_monitor.kolmogorov_sf('normalized.limit_statistic') }}
    end as ks_p_value
from normalized
