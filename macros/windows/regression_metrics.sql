{#
    Every metric of regression models, one line each, from the error sums of windows (int_ml_regression_windows, or its
    as-known twin with more_keys known_at). What takes the order of the errors, or is scaled by the reference as it is
    known now, is left out where there is no ordered_relation.
#}
{% macro regression_metrics(windows_relation, ordered_relation=none, more_keys=[]) -%}
with counts as (

    select
        windows.*,
        {%- if ordered_relation is not none %}
        from_rows.median_ae,
        from_rows.dummy_absolute_error_sum,
        {{ ml_monitor.safe_divide('reference.naive_absolute_error_sum', 'reference.naive_count') }} as reference_naive_mae,
        {%- endif %}
        cast(windows.labelled_count as {{ ml_monitor.type_double() }}) as n,
        {{ ml_monitor.safe_divide('windows.absolute_error_sum', 'windows.labelled_count') }} as mae,
        {{ ml_monitor.safe_divide('windows.squared_error_sum', 'windows.labelled_count') }} as mse,
        {{ ml_monitor.safe_divide('windows.error_sum', 'windows.labelled_count') }} as bias,
        case when windows.actual_minimum < windows.actual_maximum then windows.actual_deviation_square_sum end as spread,
        case when windows.loggable_count = windows.labelled_count then windows.squared_log_error_sum end as loggable_error_sum,
        windows.over_error_sum - windows.error_sum as under_error_sum
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
{%- set metrics = [
    ('mae', 'mae', 'n', unknown, ml_monitor.mean_standard_error('absolute_error_deviation_square_sum', 'n')),
    ('mse', 'mse', 'n', unknown, ml_monitor.mean_standard_error('squared_error_deviation_square_sum', 'n')),
    ('rmse', 'sqrt(mse)', 'n', unknown, unknown),
    ('r2', '1 - ' ~ ml_monitor.safe_divide('squared_error_sum', 'spread'), 'n', unknown, unknown),
    ('explained_variance', '1 - ' ~ ml_monitor.safe_divide('error_deviation_square_sum', 'spread'), 'n', unknown, unknown),
    ('mape', ml_monitor.safe_divide('absolute_percentage_error_sum', 'nonzero_actual_count'), 'nonzero_actual_count', unknown, unknown),
    ('wape', ml_monitor.safe_divide('absolute_error_sum', 'absolute_actual_sum'), 'n', unknown, unknown),
    ('bias', 'bias', 'n', unknown, ml_monitor.mean_standard_error('error_deviation_square_sum', 'n')),
    ('rmsle', 'sqrt(' ~ ml_monitor.safe_divide('loggable_error_sum', 'loggable_count') ~ ')', 'n', unknown, unknown),
    ('max_error', 'absolute_error_maximum', 'n', unknown, unknown),
    ('tracking_signal', ml_monitor.safe_divide('error_sum', 'mae'), 'n', unknown, unknown),
    (
        'naive_skill', '1 - ' ~ ml_monitor.safe_divide('paired_absolute_error_sum', 'naive_absolute_error_sum'),
        'naive_count', unknown, unknown,
    ),
    ('pinball_10', '(0.1 * under_error_sum + 0.9 * over_error_sum) / n', 'n', unknown, unknown),
    ('pinball_50', '(0.5 * under_error_sum + 0.5 * over_error_sum) / n', 'n', unknown, unknown),
    ('pinball_90', '(0.9 * under_error_sum + 0.1 * over_error_sum) / n', 'n', unknown, unknown),
    ('interval_width', ml_monitor.safe_divide('interval_width_sum', 'interval_width_count'), 'interval_width_count', unknown, unknown),
    ('interval_coverage', ml_monitor.safe_divide('covered_count', 'interval_count'), 'interval_count', 'covered_count', unknown),
] %}
{%- set metrics = metrics + [
    ('median_ae', 'median_ae', 'n', unknown, unknown),
    ('mase', ml_monitor.safe_divide('mae', 'reference_naive_mae'), 'n', unknown, unknown),
    ('mean_skill', '1 - ' ~ ml_monitor.safe_divide('absolute_error_sum', 'dummy_absolute_error_sum'), 'n', unknown, unknown),
] if ordered_relation is not none else metrics %}
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
    {{ standard_error }} as standard_error
from counts
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
