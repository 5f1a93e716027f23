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

{#- one line a measure: CTE, name, value, error bound, reference value, ends of the interval, p-value -#}
{%- set measures = [] -%}
{%- for metric, p_value in of_bins.items() -%}
    {%- set if_measured = 'case when is_measured then ' -%}
    {%- do measures.append([
        'null_rates', metric, if_measured ~ metric ~ ' end', zero, zero, null_double, null_double,
        if_measured ~ p_value ~ ' end' if p_value else null_double,
    ]) -%}
{%- endfor -%}
{%- do measures.append([
    'null_rates', 'null_rate_change', 'null_rate - reference_null_rate', zero, 'reference_null_rate',
    'null_rate - reference_null_rate - null_rate_margin', 'null_rate - reference_null_rate + null_rate_margin', 'null_rate_p_value',
]) -%}
{%- for metric, (reference_value, p_value) in of_moments.items() -%}
    {%- do measures.append([
        'moment_changes', metric, metric, zero, reference_value, metric ~ '_lower', metric ~ '_upper', p_value or null_double,
    ]) -%}
{%- endfor -%}
{%- for metric, (reference_value, error_bound, interval, p_value) in of_values.items() -%}
    {%- do measures.append([
        'value_distances', metric, metric, error_bound, reference_value,
        interval ~ '_lower' if interval else null_double, interval ~ '_upper' if interval else null_double, p_value or null_double,
    ]) -%}
{%- endfor -%}
{%- do measures.append([
    'correlation_changes', 'correlation_change', 'correlation_change', zero, 'reference_correlation',
    'correlation_change_lower', 'correlation_change_upper', 'correlation_change_p_value',
]) %}

{% for relation, metric, value, error_bound, reference_value, ci_lower, ci_upper, p_value in measures %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    {%- if relation == 'correlation_changes' %}
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    {%- else %}
    slice_key,
    slice_value,
    {%- endif %}
    baseline_name,
    bin_version,
    {{ "'feature_pair' as subject" if relation == 'correlation_changes' else 'subject' }},
    feature_name,
    '{{ metric }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    sample_count,
    reference_count,
    {{ reference_value }} as reference_value,
    {{ ci_lower }} as ci_lower,
    {{ ci_upper }} as ci_upper,
    {{ p_value }} as p_value,
    {%- if relation == 'null_rates' %}
    bin_count,
    value_bin_count
    {%- else %}
    cast(null as {{ dbt.type_bigint() }}) as bin_count,
    cast(null as {{ dbt.type_bigint() }}) as value_bin_count
    {%- endif %}
from {{ relation }}
{{ 'union all' if not loop.last }}
{%- endfor %}
