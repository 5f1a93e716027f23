{#
    Error sums of windows: the last CTEs and the select of a statement. In: the CTE `window_rows`, rows of a day cube
    with the keys of the window that they belong to. more_keys: keys beside the usual ones, as known_at.
#}
{% macro regression_window_sums(more_keys=[]) -%}
{%- set quantities = ['actual', 'error', 'absolute_error', 'squared_error'] + ml_monitor.regression_spread_quantities() -%}
{%- set products = ml_monitor.regression_products() -%}
{{ ml_monitor.with_merged_deviations('window_rows', quantities, more_keys, ml_monitor.regression_spread_counts(), products, ml_monitor.regression_square_sums()) }}

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    {%- for key in more_keys %}
    {{ key }},
    {%- endfor %}
    slice_key,
    slice_value,
    {%- for column in [
        'labelled_count', 'nonzero_actual_count', 'loggable_count', 'interval_count', 'covered_count',
        'interval_width_count', 'naive_count',
    ] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'actual_sum', 'prediction_sum', 'absolute_actual_sum', 'error_sum', 'absolute_error_sum', 'squared_error_sum',
        'absolute_percentage_error_sum', 'squared_log_error_sum', 'over_error_sum', 'interval_width_sum',
        'naive_error_sum', 'naive_absolute_error_sum', 'naive_over_error_sum', 'paired_absolute_error_sum',
        'squared_actual_sum',
    ] %}
    sum({{ column }}) as {{ column }},
    {%- endfor %}
    min(actual_minimum) as actual_minimum,
    max(actual_maximum) as actual_maximum,
    max(absolute_error_maximum) as absolute_error_maximum,
    {%- for quantity in quantities %}
    sum({{ quantity }}_window_deviation) as {{ quantity }}_deviation_square_sum,
    {%- endfor %}
    {%- for first, second in products %}
    sum({{ first }}_{{ second }}_window_product) as {{ first }}_{{ second }}_product_sum{{ ',' if not loop.last }}
    {%- endfor %}
from with_merged_deviations
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    {%- for key in more_keys %}
    {{ key }},
    {%- endfor %}
    slice_key,
    slice_value
{%- endmacro %}
