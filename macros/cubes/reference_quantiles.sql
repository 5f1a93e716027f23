{# The CTE `result` with, for each value column, its deciles as one array and its extremes, over finite values only. #}
{% macro reference_quantiles(rows_cte, value_columns, fractions, result) -%}
{{ rows_cte }}_finite as (

    select
        log_name,
        model_id,
        model_version,
        bin_version
        {%- for column in value_columns %},
        case when {{ ml_monitor.is_finite(column) }} then {{ column }} end as {{ column }}
        {%- endfor %}
    from {{ rows_cte }}

),

{{ result }} as (

    select
        log_name,
        model_id,
        model_version,
        bin_version
        {%- for column in value_columns %},
        count({{ column }}) as {{ column }}_count,
        count(distinct {{ column }}) as {{ column }}_distinct_count,
        min({{ column }}) as {{ column }}_minimum,
        max({{ column }}) as {{ column }}_maximum,
        {{ ml_monitor.quantiles(column, fractions) }} as {{ column }}_quantiles
        {%- endfor %}
    from {{ rows_cte }}_finite
    group by
        log_name,
        model_id,
        model_version,
        bin_version

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
