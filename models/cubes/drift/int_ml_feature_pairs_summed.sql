{{ config(**ml_monitor.replaced_by_day('predicted_date', without_outcomes=true)) }}
{%- set chunk_size = 40 %}
{%- set columns = {
    'pair_count': 'regr_count', 'first_mean': 'regr_avgy', 'second_mean': 'regr_avgx',
    'first_deviation_square_sum': 'regr_syy', 'second_deviation_square_sum': 'regr_sxx', 'deviation_product_sum': 'regr_sxy',
} %}
/*
    Grain: log, model, version, day and pair of numeric features (`first x second`). Counts, means and sums of squared
    deviations and of their products over the rows in which both are finite: what a correlation is made of, and what
    merges over days without cancellation. Values count as at most 1e150, as in int_ml_features_summed.
*/
with bounds as (

    select
        {{ ml_monitor.double_literal('-1e150') }} as lowest,
        {{ ml_monitor.double_literal('1e150') }} as highest

)

{%- for log in ml_monitor.prediction_logs() if log.correlations %}
{%- set log_number = loop.index %},

log_{{ log_number }}_rows as (

    {{ ml_monitor.feature_rows(log, ml_monitor.in_dirty_days('predictions', 'predicted_date', without_outcomes=true, of_raw_rows=true)) }}

),

log_{{ log_number }}_finite as (

    select
        feature_rows.log_name,
        feature_rows.model_id,
        feature_rows.model_version,
        feature_rows.predicted_date
        {%- for feature in log.numeric_features %},
        case
            when {{ ml_monitor.is_finite('feature_rows.n' ~ loop.index) }} then {{ ml_monitor.clip('feature_rows.n' ~ loop.index, 'bounds.lowest', 'bounds.highest') }}
        end as n{{ loop.index }}
        {%- endfor %}
    from log_{{ log_number }}_rows as feature_rows
    cross join bounds

)
{%- for chunk in log.correlations | batch(chunk_size) %},

log_{{ log_number }}_summed_{{ loop.index }} as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date
        {%- for pair in chunk %}
        {%- set pair_number = loop.index %}
        {%- set first = 'n' ~ (log.numeric_features.index(pair[0]) + 1) %}
        {%- set second = 'n' ~ (log.numeric_features.index(pair[1]) + 1) %}
        {%- for column, function in columns.items() %},
        {{ function }}({{ first }}, {{ second }}) as p{{ pair_number }}_{{ column }}
        {%- endfor %}
        {%- endfor %}
    from log_{{ log_number }}_finite
    group by
        log_name,
        model_id,
        model_version,
        predicted_date

)
{%- endfor %}
{%- endfor %}

{% for log in ml_monitor.prediction_logs() if log.correlations %}
{%- set log_number = loop.index %}
{%- for chunk in log.correlations | batch(chunk_size) %}
{%- set chunk_number = loop.index %}
{%- for pair in chunk %}
{%- set pair_number = loop.index %}
select
    log_name,
    model_id,
    model_version,
    predicted_date,
    '{{ pair | join(' x ') }}' as feature_name,
    {%- for column in columns %}
    p{{ pair_number }}_{{ column }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from log_{{ log_number }}_summed_{{ chunk_number }}
union all
{%- endfor %}
{%- endfor %}
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as {{ dbt.type_string() }}) as model_id,
    cast(null as {{ dbt.type_string() }}) as model_version,
    cast(null as date) as predicted_date,
    cast(null as {{ dbt.type_string() }}) as feature_name,
    cast(null as {{ dbt.type_bigint() }}) as pair_count,
    {%- for column in columns if column != 'pair_count' %}
    cast(null as {{ ml_monitor.type_double() }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from bounds
where 1 = 0
