{#
    The CTE `with_merged_deviations`: day rows of a window with, for each quantity, <quantity>_window_deviation, which
    adds up over the days to the window's sum of squared deviations from its own mean (Chan, Golub, LeVeque 1983):
    M2 = sum of M2_d + n_d (mean_d - mean)^2. In: rows with labelled_count, <quantity>_sum,
    <quantity>_deviation_square_sum and the keys of a window.
      counts    quantities that are not of all labelled rows, with the column that counts theirs
      products  pairs of quantities: <first>_<second>_window_product likewise, from <first>_<second>_product_sum
      means     quantities that stand in products only: their squared deviations are not kept
#}
{% macro with_merged_deviations(rows_cte, quantities, more_keys=[], counts={}, products=[], means=[]) -%}
centred as (

    select
        {{ rows_cte }}.*
        {%- for quantity in quantities + means %}
        {%- set count = counts.get(quantity, 'labelled_count') %},
        {{ ml_monitor.safe_divide('sum(' ~ quantity ~ '_sum) over window_of_row', 'sum(' ~ count ~ ') over window_of_row') }} as {{ quantity }}_window_mean,
        {{ ml_monitor.safe_divide(quantity ~ '_sum', count) }} as {{ quantity }}_day_mean
        {%- endfor %}
    from {{ rows_cte }}
    window
        window_of_row as (
            partition by
                log_name, model_id, model_version, granularity, window_start,
                {%- for key in more_keys %} {{ key }},{% endfor %} slice_key, slice_value
        )

),

with_merged_deviations as (

    select
        centred.*
        {%- for quantity in quantities %},
        {{ quantity }}_deviation_square_sum + coalesce(
            {{ counts.get(quantity, 'labelled_count') }} * ({{ quantity }}_day_mean - {{ quantity }}_window_mean)
            * ({{ quantity }}_day_mean - {{ quantity }}_window_mean),
            0
        ) as {{ quantity }}_window_deviation
        {%- endfor %}
        {%- for first, second in products %},
        {{ first }}_{{ second }}_product_sum + coalesce(
            {{ counts.get(first, 'labelled_count') }} * ({{ first }}_day_mean - {{ first }}_window_mean)
            * ({{ second }}_day_mean - {{ second }}_window_mean),
            0
        ) as {{ first }}_{{ second }}_window_product
        {%- endfor %}
    from centred

)
{%- endmacro %}
