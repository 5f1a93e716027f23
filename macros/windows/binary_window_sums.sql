{#
    Confusion counts and score sums of windows: the last CTEs and the select of a statement. In: the CTE `window_rows`, rows of a day cube
    with the keys of the window that they belong to. more_keys: keys beside the usual ones, as known_at.
#}
{% macro binary_window_sums(more_keys=[]) -%}
{%- set quantities = ['labelled_score', 'squared_error', 'log_loss'] -%}
{{ ml_monitor.with_merged_deviations('window_rows', quantities, more_keys) }}

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
        'prediction_count', 'predicted_positive_count', 'labelled_count', 'true_positive_count',
        'false_positive_count', 'false_negative_count', 'true_negative_count',
    ] %}
    cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
    {%- endfor %}
    sum(score_sum) as score_sum,
    sum(positive_squared_error_sum) as positive_squared_error_sum,
    {%- for column in quantities %}
    sum({{ column }}_sum) as {{ column }}_sum,
    sum({{ column }}_window_deviation) as {{ column }}_deviation_square_sum{{ ',' if not loop.last }}
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
