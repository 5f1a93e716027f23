{%- set errors = ['error', 'absolute_error', 'squared_error'] %}
/*
    Grain: log, model, version, window and slice with a labelled row of positive sample weight. Weighted sums of errors and
    actuals of a window: sums of its days. Squared deviations from the window's mean m, of day means m_d:
      of the actuals  sum over days of  sum w (y - m_d)^2 + (sum w) (m_d - m)^2
      of an error x   sum over days of  sum w^2 (x - m_d)^2 + 2 (m_d - m) sum w^2 (x - m_d) + (sum w^2) (m_d - m)^2
    What is left of the latter by rounding, where x is the same in every row, is 0.
*/
with

{{ ml_monitor.window_rows_of(ref('int_ml_weighted_regression_summed')) }},

centred as (

    select
        window_rows.*
        {%- for quantity in ['actual'] + errors %},
        window_rows.{{ quantity }}_mean
        - {{ ml_monitor.safe_divide('sum(window_rows.' ~ quantity ~ '_sum) over window_of_row', 'sum(window_rows.weight_sum) over window_of_row') }} as {{ quantity }}_offset
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
            'weight_sum', 'square_weight_sum', 'nonzero_actual_weight', 'absolute_percentage_error_sum', 'absolute_actual_sum',
            'actual_square_sum', 'actual_error_product_sum', 'error_square_sum', 'error_sum', 'absolute_error_sum',
            'squared_error_sum',
        ] %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        min(actual_minimum) as actual_minimum,
        max(actual_maximum) as actual_maximum,
        {%- for quantity in errors %}
        sum(
            {{ quantity }}_deviation_square_sum + 2 * {{ quantity }}_offset * {{ quantity }}_deviation_sum
            + square_weight_sum * {{ quantity }}_offset * {{ quantity }}_offset
        ) as {{ quantity }}_deviation_square_sum,
        {%- endfor %}
        sum(actual_deviation_square_sum + weight_sum * actual_offset * actual_offset) as actual_deviation_square_sum
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
    absolute_percentage_error_sum,
    absolute_actual_sum,
    actual_square_sum,
    actual_error_product_sum,
    error_square_sum,
    error_sum,
    absolute_error_sum,
    squared_error_sum,
    actual_minimum,
    actual_maximum,
    actual_deviation_square_sum,
    {%- for quantity in errors %}
    {%- set mean = ml_monitor.safe_divide(quantity ~ '_sum', 'weight_sum') %}
    case
        when {{ quantity }}_deviation_square_sum > {{ ml_monitor.double_literal('1e-26') }} * square_weight_sum * {{ mean }} * {{ mean }}
            then {{ quantity }}_deviation_square_sum
        else 0
    end as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
    {%- endfor %}
from summed
