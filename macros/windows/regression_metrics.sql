{#
    Every metric of regression models, one line each, from the error sums of windows (int_ml_regression_windows, or its
    as-known twin with more_keys known_at). What takes the order of the errors, or is scaled by the reference as it is
    known now, is left out where there is no ordered_relation.
#}
{% macro regression_metrics(windows_relation, ordered_relation=none, more_keys=[]) -%}
{%- set spread = 'case when windows.actual_minimum < windows.actual_maximum then windows.actual_deviation_square_sum end' -%}
with counts as (

    select
        windows.*,
        {%- if ordered_relation is not none %}
        from_rows.median_ae,
        from_rows.median_ae_lower,
        from_rows.median_ae_upper,
        from_rows.dummy_deviation_square_sum,
        from_rows.dummy_product_sum,
        from_rows.dummy_absolute_error_sum,
        {{ ml_monitor.safe_divide('reference.naive_absolute_error_sum', 'reference.naive_count') }} as reference_naive_mae,
        {%- endif %}
        cast(windows.labelled_count as {{ ml_monitor.type_double() }}) as n,
        {{ ml_monitor.safe_divide('windows.absolute_error_sum', 'windows.labelled_count') }} as mae,
        {%- for quantity, square in ml_monitor.regression_squares() %}
        {%- set count = ml_monitor.regression_spread_counts().get(quantity, 'labelled_count') %}
        {{ ml_monitor.mean_asymmetry(
            'windows.' ~ quantity ~ '_' ~ square ~ '_product_sum', 'windows.' ~ quantity ~ '_deviation_square_sum',
            ml_monitor.safe_divide('windows.' ~ quantity ~ '_sum', 'windows.' ~ count),
        ) }} as {{ quantity }}_asymmetry,
        {%- endfor %}
        {{ ml_monitor.safe_divide('windows.squared_error_sum', 'windows.labelled_count') }} as mse,
        {{ ml_monitor.safe_divide('windows.error_sum', 'windows.labelled_count') }} as bias,
        {{ spread }} as spread,
        case when windows.loggable_count = windows.labelled_count then windows.squared_log_error_sum end as loggable_error_sum,
        windows.over_error_sum - windows.error_sum as under_error_sum,
        {{ ml_monitor.safe_divide('windows.actual_sum', 'windows.labelled_count') }} as mean_actual,
        {{ ml_monitor.safe_divide('windows.error_sum', 'windows.absolute_error_sum') }} as one_sidedness,
        {{ ml_monitor.safe_divide('windows.squared_error_sum', spread) }} as squared_error_ratio,
        {{ ml_monitor.safe_divide('windows.error_deviation_square_sum', spread) }} as error_variance_ratio,
        {{ ml_monitor.safe_divide('windows.absolute_error_sum', 'windows.absolute_actual_sum') }} as wape,
        {{ ml_monitor.safe_divide('windows.paired_absolute_error_sum', 'windows.naive_absolute_error_sum') }} as naive_ratio
    from {{ windows_relation }} as windows
    {%- if ordered_relation is not none %}
    left join {{ ordered_relation }} as from_rows
        on
            windows.log_name = from_rows.log_name
            and windows.model_id = from_rows.model_id
            and windows.model_version = from_rows.model_version
            and windows.granularity = from_rows.granularity
            and windows.window_start = from_rows.window_start
            and coalesce(windows.slice_key, '') = coalesce(from_rows.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(from_rows.slice_value, '')
    left join {{ windows_relation }} as reference
        on
            windows.log_name = reference.log_name
            and windows.model_id = reference.model_id
            and windows.model_version = reference.model_version
            and reference.granularity = 'reference'
            and coalesce(windows.slice_key, '') = coalesce(reference.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(reference.slice_value, '')
    {%- endif %}

)

{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set mean_error = ml_monitor.mean_standard_error %}
{%- set mae_error = mean_error('absolute_error_deviation_square_sum', 'n') %}
{%- set mse_error = mean_error('squared_error_deviation_square_sum', 'n') %}
{%- set log_error = ml_monitor.mean_standard_error('squared_log_error_deviation_square_sum', 'loggable_count') %}
{%- set explained = [('squared_error', '1'), ('squared_actual', '-squared_error_ratio'), ('actual', '2 * squared_error_ratio * mean_actual')] %}
{%- set explained_variance = [
    ('squared_error', '1'), ('error', '-2 * bias'), ('squared_actual', '-error_variance_ratio'),
    ('actual', '2 * error_variance_ratio * mean_actual'),
] %}
{%- set pinball_error = {} %}
{%- for share in ['0.1', '0.5', '0.9'] %}
{%- do pinball_error.update({share: mean_error(ml_monitor.combined_squares([('over_error', '1'), ('error', '-' ~ share)]), 'n')}) %}
{%- endfor %}
{%- set size_products = '(2 * error_over_error_product_sum - error_deviation_square_sum)' %}
{%- set metrics = [
    ('mae', 'mae', 'n', unknown, mae_error),
    ('mse', 'mse', 'n', unknown, mse_error),
    ('rmse', 'sqrt(mse)', 'n', unknown, ml_monitor.safe_divide(mse_error, '2 * sqrt(mse)')),
    (
        'r2', '1 - squared_error_ratio', 'n', unknown,
        ml_monitor.safe_divide(mean_error(ml_monitor.combined_squares(explained), 'n') ~ ' * n', 'spread'),
    ),
    (
        'explained_variance', '1 - error_variance_ratio', 'n', unknown,
        ml_monitor.safe_divide(mean_error(ml_monitor.combined_squares(explained_variance), 'n') ~ ' * n', 'spread'),
    ),
    (
        'mape', ml_monitor.safe_divide('absolute_percentage_error_sum', 'nonzero_actual_count'), 'nonzero_actual_count', unknown,
        mean_error('absolute_percentage_error_deviation_square_sum', 'nonzero_actual_count'),
    ),
    (
        'wape', 'wape', 'n', unknown,
        ml_monitor.ratio_standard_error(
            'absolute_error_deviation_square_sum', 'absolute_error_absolute_actual_product_sum', 'absolute_actual_deviation_square_sum',
            'wape', 'absolute_actual_sum', 'n',
        ),
    ),
    ('bias', 'bias', 'n', unknown, mean_error('error_deviation_square_sum', 'n')),
    (
        'rmsle', 'sqrt(' ~ ml_monitor.safe_divide('loggable_error_sum', 'loggable_count') ~ ')', 'n', unknown,
        ml_monitor.safe_divide(log_error, '2 * sqrt(' ~ ml_monitor.safe_divide('loggable_error_sum', 'loggable_count') ~ ')'),
    ),
    ('max_error', 'absolute_error_maximum', 'n', unknown, unknown),
    (
        'tracking_signal', ml_monitor.safe_divide('error_sum', 'mae'), 'n', unknown,
        ml_monitor.ratio_standard_error(
            'error_deviation_square_sum', size_products, 'absolute_error_deviation_square_sum',
            'one_sidedness', 'absolute_error_sum', 'n',
        ) ~ ' * n',
    ),
    (
        'naive_skill', '1 - naive_ratio', 'naive_count', unknown,
        ml_monitor.ratio_standard_error(
            'paired_absolute_error_deviation_square_sum', 'paired_absolute_error_naive_absolute_error_product_sum',
            'naive_absolute_error_deviation_square_sum', 'naive_ratio', 'naive_absolute_error_sum', 'naive_count',
        ),
    ),
    ('pinball_10', '(0.1 * under_error_sum + 0.9 * over_error_sum) / n', 'n', unknown, pinball_error['0.1']),
    ('pinball_50', '(0.5 * under_error_sum + 0.5 * over_error_sum) / n', 'n', unknown, pinball_error['0.5']),
    ('pinball_90', '(0.9 * under_error_sum + 0.1 * over_error_sum) / n', 'n', unknown, pinball_error['0.9']),
    (
        'interval_width', ml_monitor.safe_divide('interval_width_sum', 'interval_width_count'), 'interval_width_count', unknown,
        mean_error('interval_width_deviation_square_sum', 'interval_width_count'),
    ),
    ('interval_coverage', ml_monitor.safe_divide('covered_count', 'interval_count'), 'interval_count', 'covered_count', unknown),
] %}
{%- set dummy_ratio = '(absolute_error_sum / nullif(dummy_absolute_error_sum, 0))' %}
{%- set metrics = metrics + [
    ('median_ae', 'median_ae', 'n', unknown, '(median_ae_upper - median_ae_lower) / (2 * ' ~ ml_monitor.z_95() ~ ')'),
    ('mase', ml_monitor.safe_divide('mae', 'reference_naive_mae'), 'n', unknown, ml_monitor.safe_divide(mae_error, 'reference_naive_mae')),
    (
        'mean_skill', '1 - ' ~ ml_monitor.safe_divide('absolute_error_sum', 'dummy_absolute_error_sum'), 'n', unknown,
        ml_monitor.ratio_standard_error(
            'absolute_error_deviation_square_sum', 'dummy_product_sum', 'dummy_deviation_square_sum', dummy_ratio,
            'dummy_absolute_error_sum', 'n',
        ),
    ),
] if ordered_relation is not none else metrics %}
{%- set scales = {
    'mae': 'skewed', 'mase': 'skewed', 'mse': 'skewed', 'rmse': 'skewed_root', 'mape': 'skewed', 'rmsle': 'skewed_root', 'wape': 'positive',
    'pinball_10': 'positive', 'pinball_50': 'positive', 'pinball_90': 'positive', 'r2': 'skill', 'explained_variance': 'skill',
    'naive_skill': 'skill', 'mean_skill': 'skill',
} %}
{%- set pinball_names = ['pinball_10', 'pinball_50', 'pinball_90'] %}
{#- what each is, or hangs on, the mean of #}
{%- set skewed = {
    'mae': 'absolute_error', 'mase': 'absolute_error', 'mse': 'squared_error', 'rmse': 'squared_error', 'r2': 'squared_error',
    'explained_variance': 'squared_error', 'mape': 'absolute_percentage_error', 'rmsle': 'squared_log_error',
} %},

measured as (

{%- for name, value, sample_count, success_count, standard_error in metrics %}
select
    counts.log_name,
    counts.model_id,
    counts.model_version,
    counts.granularity,
    counts.window_start,
    {%- for key in more_keys %}
    counts.{{ key }},
    {%- endfor %}
    counts.slice_key,
    counts.slice_value,
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast({{ sample_count }} as {{ ml_monitor.type_double() }}) as sample_count,
    cast({{ success_count }} as {{ ml_monitor.type_double() }}) as success_count,
    {{ standard_error }} as standard_error,
    '{{ scales.get(name, '') }}' as interval_scale,
    {%- if name in skewed %}
    {{ ml_monitor.mean_degrees_of_freedom(
        ml_monitor.regression_spread_counts().get(skewed[name], 'n'), skewed[name] ~ '_asymmetry'
    ) }} as degrees_of_freedom,
    {{ skewed[name] }}_asymmetry as asymmetry,
    {%- elif name in pinball_names %}
    {{ ml_monitor.mean_degrees_of_freedom('n', ml_monitor.gamma_asymmetry('(' ~ value ~ ')', standard_error)) }} as degrees_of_freedom,
    {{ unknown }} as asymmetry,
    {%- else %}
    {{ unknown }} as degrees_of_freedom,
    {{ unknown }} as asymmetry,
    {%- endif %}
    {{ 'median_ae_lower' if name == 'median_ae' else unknown }} as own_lower,
    {{ 'median_ae_upper' if name == 'median_ae' else unknown }} as own_upper
from counts
{{ 'union all' if not loop.last }}
{%- endfor %}

),

{{ ml_monitor.select_with_limits() }}
{%- endmacro %}
