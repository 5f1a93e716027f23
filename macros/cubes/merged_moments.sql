{#
    The CTE `merged_moments`: counts, extremes, mean and sum of squared deviations of parts, merged into wholes
    (Chan, Golub, LeVeque 1983): M2 = sum of M2_p + n_p (mean_p - mean)^2.
      parts         CTE with slice_key, slice_value, subject, feature_name and the columns of int_ml_features_summed
      wholes        CTE that says which part belongs to which whole
      join_columns  what both have in common
      keys          columns of `wholes` that name a whole
      condition     which pairs count
#}
{% macro merged_moments(parts, wholes, join_columns, keys, condition) -%}
{%- set series = ['slice_key', 'slice_value', 'subject', 'feature_name'] -%}
paired as (

    select
        {%- for key in keys %}
        {{ wholes }}.{{ key }},
        {%- endfor %}
        {%- for key in series %}
        {{ parts }}.{{ key }},
        {%- endfor %}
        {{ parts }}.row_count,
        {{ parts }}.null_count,
        {{ parts }}.finite_count,
        {{ parts }}.zero_count,
        {{ parts }}.value_minimum,
        {{ parts }}.value_maximum,
        {{ parts }}.value_mean,
        {{ parts }}.deviation_square_sum
    from {{ wholes }}
    inner join {{ parts }}
        on
            {%- for column in join_columns %}
            {{ 'and ' if not loop.first }}{{ wholes }}.{{ column }} = {{ parts }}.{{ column }}
            {%- endfor %}
    where {{ condition }}

),

centred as (

    select
        paired.*,
        {{ ml_monitor.safe_divide('sum(value_mean * finite_count) over whole', 'sum(finite_count) over whole') }} as whole_mean
    from paired
    window
        whole as (
            partition by {{ (keys + series) | join(', ') }}
        )

),

merged_moments as (

    select
        {{ (keys + series) | join(',\n        ') }},
        cast(sum(row_count) as {{ dbt.type_bigint() }}) as row_count,
        cast(sum(null_count) as {{ dbt.type_bigint() }}) as null_count,
        cast(sum(finite_count) as {{ dbt.type_bigint() }}) as finite_count,
        cast(sum(zero_count) as {{ dbt.type_bigint() }}) as zero_count,
        min(value_minimum) as value_minimum,
        max(value_maximum) as value_maximum,
        max(whole_mean) as value_mean,
        sum(deviation_square_sum + finite_count * (value_mean - whole_mean) * (value_mean - whole_mean)) as deviation_square_sum
    from centred
    group by
        {{ (keys + series) | join(',\n        ') }}

)
{%- endmacro %}
