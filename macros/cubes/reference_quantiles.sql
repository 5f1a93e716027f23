{#
    The CTE `result` with, for each value column, its deciles as one array and its extremes, over finite values only, and
    its distinct values: all of them counted where the first day has no more than 1,000, else those of the first day, a
    lower bound. More than 1,000 are never told apart, and counting them all took most of the time.
#}
{% macro reference_quantiles(rows_cte, value_columns, fractions, result) -%}
{{ result }}_finite as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date
        {%- for column in value_columns %},
        case when {{ ml_monitor.is_finite(column) }} then {{ column }} end as {{ column }}
        {%- endfor %}
    from {{ rows_cte }}

),

{{ result }}_first_days as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        min(predicted_date) as first_date
    from pending
    group by
        log_name,
        model_id,
        model_version,
        bin_version

),

{{ result }}_seen as (

    select
        first_days.log_name,
        first_days.model_id,
        first_days.model_version,
        first_days.bin_version
        {%- for column in value_columns %},
        count(distinct finite.{{ column }}) as {{ column }}_seen
        {%- endfor %}
    from {{ result }}_first_days as first_days
    left join {{ result }}_finite as finite
        on
            first_days.log_name = finite.log_name
            and first_days.model_id = finite.model_id
            and first_days.model_version = finite.model_version
            and first_days.bin_version = finite.bin_version
            and first_days.first_date = finite.predicted_date
    group by
        first_days.log_name,
        first_days.model_id,
        first_days.model_version,
        first_days.bin_version

),

{{ result }} as (

    select
        finite.log_name,
        finite.model_id,
        finite.model_version,
        finite.bin_version
        {%- for column in value_columns %},
        count(finite.{{ column }}) as {{ column }}_count,
        greatest(
            max(seen.{{ column }}_seen),
            count(distinct case when seen.{{ column }}_seen <= 1000 then finite.{{ column }} end)
        ) as {{ column }}_distinct_count,
        min(finite.{{ column }}) as {{ column }}_minimum,
        max(finite.{{ column }}) as {{ column }}_maximum,
        {{ ml_monitor.quantiles('finite.' ~ column, fractions) }} as {{ column }}_quantiles
        {%- endfor %}
    from {{ result }}_finite as finite
    inner join {{ result }}_seen as seen
        on
            finite.log_name = seen.log_name
            and finite.model_id = seen.model_id
            and finite.model_version = seen.model_version
            and finite.bin_version = seen.bin_version
    group by
        finite.log_name,
        finite.model_id,
        finite.model_version,
        finite.bin_version

)
{%- endmacro %}


{# One value column of that CTE as rows of int_ml_reference_quantiles. #}
{% macro long_quantiles(quantiles_cte, column, subject, feature_name) -%}
select
    log_name,
    model_id,
    model_version,
    bin_version,
    '{{ subject }}' as subject,
    '{{ feature_name }}' as feature_name,
    {{ column }}_count as finite_count,
    {{ column }}_distinct_count as distinct_count,
    {{ column }}_minimum as reference_minimum,
    {{ column }}_maximum as reference_maximum
    {%- for position in range(1, 10) %},
    {{ ml_monitor.quantile_at(column ~ '_quantiles', position) }} as decile_{{ position }}
    {%- endfor %}
    {%- for tail in ['01', '05', '95', '99'] %},
    {{ ml_monitor.quantile_at(column ~ '_quantiles', 9 + loop.index) }} as tail_{{ tail }}
    {%- endfor %}
from {{ quantiles_cte }}
where {{ column }}_count > 0
{%- endmacro %}
