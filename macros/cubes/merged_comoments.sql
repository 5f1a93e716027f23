{#
    The CTE `merged_comoments`: the sums of int_ml_feature_pairs_summed of parts, merged into wholes (Chan, Golub,
    LeVeque 1983): C = sum of C_p + n_p (first_p - first) (second_p - second), squares alike.
      parts         CTE with feature_name and those sums
      wholes        CTE that says which part belongs to which whole
      join_columns  what both have in common
      keys          columns of `wholes` that name a whole
#}
{% macro merged_comoments(parts, wholes, join_columns, keys) -%}
{%- set whole = (keys + ['feature_name']) | join(',\n        ') -%}
paired as (

    select
        {%- for key in keys %}
        {{ wholes }}.{{ key }},
        {%- endfor %}
        {{ parts }}.feature_name,
        {{ parts }}.pair_count,
        {{ parts }}.first_mean,
        {{ parts }}.second_mean,
        {{ parts }}.first_deviation_square_sum,
        {{ parts }}.second_deviation_square_sum,
        {{ parts }}.deviation_product_sum
    from {{ wholes }}
    inner join {{ parts }}
        on
            {%- for column in join_columns %}
            {{ 'and ' if not loop.first }}{{ wholes }}.{{ column }} = {{ parts }}.{{ column }}
            {%- endfor %}
    where {{ parts }}.pair_count > 0

),

whole_means as (

    select
        {{ whole }},
        sum(pair_count) as pair_count,
        {{ ml_monitor.safe_divide('sum(first_mean * pair_count)', 'sum(pair_count)') }} as first_mean,
        {{ ml_monitor.safe_divide('sum(second_mean * pair_count)', 'sum(pair_count)') }} as second_mean
    from paired
    group by
        {{ whole }}

),

merged_comoments as (

    select
        {%- for key in keys + ['feature_name'] %}
        whole_means.{{ key }},
        {%- endfor %}
        cast(max(whole_means.pair_count) as {{ dbt.type_bigint() }}) as pair_count,
        max(whole_means.first_mean) as first_mean,
        max(whole_means.second_mean) as second_mean,
        sum(
            paired.first_deviation_square_sum
            + paired.pair_count * (paired.first_mean - whole_means.first_mean) * (paired.first_mean - whole_means.first_mean)
        ) as first_deviation_square_sum,
        sum(
            paired.second_deviation_square_sum
            + paired.pair_count * (paired.second_mean - whole_means.second_mean) * (paired.second_mean - whole_means.second_mean)
        ) as second_deviation_square_sum,
        sum(
            paired.deviation_product_sum
            + paired.pair_count * (paired.first_mean - whole_means.first_mean) * (paired.second_mean - whole_means.second_mean)
        ) as deviation_product_sum
    from paired
    inner join whole_means
        on
            {%- for key in keys + ['feature_name'] %}
            {{ 'and ' if not loop.first }}paired.{{ key }} = whole_means.{{ key }}
            {%- endfor %}
    group by
        {%- for key in keys + ['feature_name'] %}
        whole_means.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}

)
{%- endmacro %}
