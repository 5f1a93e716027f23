{{ config(materialized='view') }}
{%- set null_double = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' -%}
{%- set zero = ml_monitor.double_literal('0') -%}
{#- bin measures with their p-value; changes of moments with the baseline's value and their p-value -#}
{%- set of_bins = {
    'psi': 'psi_p_value', 'js_divergence': none, 'js_distance': none, 'hellinger': none, 'total_variation': none,
    'l_infinity': none, 'chi_squared': 'chi_squared_p_value',
} -%}
{%- set of_moments = {
    'mean_change': ('reference_mean', 'mean_change_p_value'),
    'std_change': ('reference_std', none),
    'zero_rate_change': ('reference_zero_rate', 'zero_rate_change_p_value'),
} -%}
{%- set of_values = {
    'ks': (zero, 'ks_error_bound', none, 'ks_p_value'),
    'wasserstein': (zero, 'wasserstein_error_bound', none, none),
    'wasserstein_normalized': (zero, 'wasserstein_normalized_error_bound', none, none),
    'p05_change': ('reference_quantile_05', 'quantile_05_change_error_bound', 'quantile_05_change', none),
    'median_change': ('reference_quantile_50', 'quantile_50_change_error_bound', 'quantile_50_change', none),
    'p95_change': ('reference_quantile_95', 'quantile_95_change_error_bound', 'quantile_95_change', none),
    'distinct_count_change': ('reference_distinct_count', zero, none, none),
} -%}
/*
    Grain: model, version, window, slice, baseline, subject, feature and metric, for windows that have rows and a
    baseline: every drift measure in one long shape. A measure over bins is null where there are no two bins to compare.
*/
with bin_distances as (

    select
        bin_distances.*,
        {{ ml_monitor.safe_divide('bin_distances.null_count', 'bin_distances.sample_count') }} as null_rate,
        {{ ml_monitor.safe_divide('bin_distances.reference_null_count', 'bin_distances.reference_count') }} as reference_null_rate,
        abs({{ ml_monitor.two_proportion_z('bin_distances.null_count', 'bin_distances.sample_count', 'bin_distances.reference_null_count', 'bin_distances.reference_count') }}) as null_rate_z
    from {{ ref('int_ml_bin_distances') }} as bin_distances

),

null_rates as (

    select
        bin_distances.*,
        {{ ml_monitor.double_literal(1.959963984540054) }} * sqrt(
            bin_distances.null_rate * (1 - bin_distances.null_rate) / bin_distances.sample_count
            + bin_distances.reference_null_rate * (1 - bin_distances.reference_null_rate) / bin_distances.reference_count
        ) as null_rate_margin,
        {{ ml_monitor.normal_two_sided_p('bin_distances.null_rate_z') }} as null_rate_p_value
    from bin_distances

),

value_distances as (

    select
        value_distances.*,
        value_distances.quantile_05_change as p05_change,
        value_distances.quantile_50_change as median_change,
        value_distances.quantile_95_change as p95_change,
        value_distances.distinct_count - value_distances.reference_distinct_count as distinct_count_change
    from {{ ref('int_ml_value_distances') }} as value_distances

),

correlation_changes as (

    select
        correlation_changes.*,
        baselines.bin_version
    from {{ ref('int_ml_correlation_changes') }} as correlation_changes
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            correlation_changes.log_name = baselines.log_name
            and correlation_changes.model_id = baselines.model_id
            and correlation_changes.model_version = baselines.model_version

),

moment_changes as (

    select
        moment_changes.*,
        baselines.bin_version
    from {{ ref('int_ml_moment_changes') }} as moment_changes
    inner join {{ ref('int_ml_baselines') }} as baselines
        on
            moment_changes.log_name = baselines.log_name
            and moment_changes.model_id = baselines.model_id
            and moment_changes.model_version = baselines.model_version

)

{% for metric, p_value in of_bins.items() %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name,
    '{{ metric }}' as metric_name,
    case when is_measured then {{ metric }} end as metric_value,
    {{ zero }} as metric_error_bound,
    sample_count,
    reference_count,
    {{ zero }} as reference_value,
    {{ null_double }} as ci_lower,
    {{ null_double }} as ci_upper,
    {% if p_value %}case when is_measured then {{ p_value }} end{% else %}{{ null_double }}{% endif %} as p_value,
    bin_count,
    value_bin_count
from null_rates
union all
{%- endfor %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name,
    'null_rate_change' as metric_name,
    null_rate - reference_null_rate as metric_value,
    {{ zero }} as metric_error_bound,
    sample_count,
    reference_count,
    reference_null_rate as reference_value,
    null_rate - reference_null_rate - null_rate_margin as ci_lower,
    null_rate - reference_null_rate + null_rate_margin as ci_upper,
    null_rate_p_value as p_value,
    bin_count,
    value_bin_count
from null_rates
{%- for metric, (reference_value, p_value) in of_moments.items() %}
union all
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name,
    '{{ metric }}' as metric_name,
    {{ metric }} as metric_value,
    {{ zero }} as metric_error_bound,
    sample_count,
    reference_count,
    {{ reference_value }} as reference_value,
    {{ metric }}_lower as ci_lower,
    {{ metric }}_upper as ci_upper,
    {{ p_value or null_double }} as p_value,
    cast(null as {{ dbt.type_bigint() }}) as bin_count,
    cast(null as {{ dbt.type_bigint() }}) as value_bin_count
from moment_changes
{%- endfor %}
{%- for metric, (reference_value, error_bound, interval, p_value) in of_values.items() %}
union all
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    baseline_name,
    bin_version,
    subject,
    feature_name,
    '{{ metric }}' as metric_name,
    {{ metric }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    sample_count,
    reference_count,
    {{ reference_value }} as reference_value,
    {{ interval ~ '_lower' if interval else null_double }} as ci_lower,
    {{ interval ~ '_upper' if interval else null_double }} as ci_upper,
    {{ p_value or null_double }} as p_value,
    cast(null as {{ dbt.type_bigint() }}) as bin_count,
    cast(null as {{ dbt.type_bigint() }}) as value_bin_count
from value_distances
{%- endfor %}
union all
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    baseline_name,
    bin_version,
    'feature_pair' as subject,
    feature_name,
    'correlation_change' as metric_name,
    correlation_change as metric_value,
    {{ zero }} as metric_error_bound,
    sample_count,
    reference_count,
    reference_correlation as reference_value,
    correlation_change_lower as ci_lower,
    correlation_change_upper as ci_upper,
    correlation_change_p_value as p_value,
    cast(null as {{ dbt.type_bigint() }}) as bin_count,
    cast(null as {{ dbt.type_bigint() }}) as value_bin_count
from correlation_changes
