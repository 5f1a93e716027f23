{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{#- of each quantity the sum of what stands before its squares, and what its mean is made of #}
{%- set scales = {
    'actual': 'weight_sum', 'wape': 'actual_square_sum', 'error': 'square_weight_sum',
    'absolute_error': 'square_weight_sum', 'squared_error': 'square_weight_sum',
    'absolute_percentage_error': 'nonzero_actual_square_weight',
} %}
{%- set means = {
    'actual': ['actual_sum', 'weight_sum'], 'wape': ['absolute_error_sum', 'absolute_actual_sum'],
    'error': ['error_sum', 'weight_sum'], 'absolute_error': ['absolute_error_sum', 'weight_sum'],
    'squared_error': ['squared_error_sum', 'weight_sum'],
    'absolute_percentage_error': ['absolute_percentage_error_sum', 'nonzero_actual_weight'],
} %}
{#- those that the skewness is kept of, with the sum of their cubed weights #}
{%- set skewed = {
    'absolute_error': 'cubed_weight_sum', 'squared_error': 'cubed_weight_sum', 'absolute_percentage_error': 'nonzero_actual_cubed_weight',
} %}
/*
    Grain: log, model, version, window and slice with a labelled row of positive sample weight. Weighted sums of errors and
    actuals of a window: sums of its days. What is taken from a day's centre m_d (int_ml_weighted_regression_summed) is moved to
    that of the window m, with v the weight of a row in the sum, as
      sum over days of  sum v (x - m_d)^2 + 2 (m_d - m) sum v (x - m_d) + (m_d - m)^2 sum v
    and cubes likewise.
    What rounding leaves of it, where x is the same in every row, is 0.
*/
with

{{ ml_monitor.window_rows_of(ref('int_ml_weighted_regression_summed')) }},

centred as (

    select
        window_rows.*,
        window_rows.wape_mean - coalesce(
            {{ ml_monitor.safe_divide(
                'sum(window_rows.absolute_error_sum) over window_of_row', 'sum(window_rows.absolute_actual_sum) over window_of_row'
            ) }},
            0
        ) as wape_offset
        {%- for quantity in scales if quantity != 'wape' %},
        window_rows.{{ 'actual_centre' if quantity == 'actual' else quantity ~ '_mean' }} - {{ ml_monitor.safe_divide(
            'sum(window_rows.' ~ means[quantity][0] ~ ') over window_of_row',
            'sum(window_rows.' ~ means[quantity][1] ~ ') over window_of_row'
        ) }} as {{ quantity }}_offset
        {%- endfor %}
    from window_rows
    window
        window_of_row as (
            partition by
                window_rows.log_name, window_rows.model_id, window_rows.model_version, window_rows.granularity,
                window_rows.window_start, window_rows.slice_key, window_rows.slice_value
        )

),

summed as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        {%- for column in ['labelled_count', 'nonzero_actual_count'] %}
        cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'weight_sum', 'square_weight_sum', 'nonzero_actual_weight', 'nonzero_actual_square_weight',
            'absolute_percentage_error_sum', 'absolute_actual_sum',
            'actual_square_sum', 'error_sum', 'absolute_error_sum', 'squared_error_sum',
        ] %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        min(actual_minimum) as actual_minimum,
        max(actual_maximum) as actual_maximum,
        {%- for quantity, scale in scales.items() %}
        sum(
            {{ quantity }}_deviation_square_sum + 2 * {{ quantity }}_offset * {{ quantity }}_deviation_sum
            + {{ scale }} * {{ quantity }}_offset * {{ quantity }}_offset
        ) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
        {%- endfor %}
        {%- for quantity, scale in skewed.items() %}
        {%- set offset = '(' ~ ml_monitor.cubable(quantity ~ '_offset') ~ ')' %},
        sum(
            {{ quantity }}_cubic_sum_3 + 3 * {{ offset }} * {{ quantity }}_cubic_sum_2
            + 3 * {{ offset }} * {{ offset }} * {{ quantity }}_cubic_sum_1 + {{ scale }} * {{ offset }} * {{ offset }} * {{ offset }}
        ) as {{ quantity }}_deviation_cube_sum
        {%- endfor %}
    from centred
    group by
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    labelled_count,
    nonzero_actual_count,
    weight_sum,
    square_weight_sum,
    nonzero_actual_weight,
    nonzero_actual_square_weight,
    absolute_percentage_error_sum,
    absolute_actual_sum,
    error_sum,
    absolute_error_sum,
    squared_error_sum,
    actual_minimum,
    actual_maximum,
    actual_deviation_square_sum,
    {%- for quantity, scale in scales.items() if quantity != 'actual' %}
    {%- set mean = ml_monitor.safe_divide(means[quantity][0], means[quantity][1]) %}
    case
        when {{ quantity }}_deviation_square_sum > {{ ml_monitor.double_literal('1e-26') }} * {{ scale }} * {{ mean }} * {{ mean }}
            then {{ quantity }}_deviation_square_sum
        else 0
    end as {{ quantity }}_deviation_square_sum,
    {%- endfor %}
    {%- for quantity in skewed %}
    {{ quantity }}_deviation_cube_sum{{ ',' if not loop.last }}
    {%- endfor %}
from summed
