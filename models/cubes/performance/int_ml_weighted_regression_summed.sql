{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'predicted_date', 'slice_key', 'slice_value'] %}
{%- set errors = ['error', 'absolute_error', 'squared_error'] %}
/*
    Grain: log, model, version, day and slice. Labelled regression predictions with a sample weight w above 0: weighted
    sums of errors and actuals. What a variance is made of is taken from the day's own weighted mean m, in a second pass,
    and merges without cancellation (Chan, Golub, LeVeque 1983): of actuals the sum of w (y - m)^2; of each error, called x,
    the mean m, the sums of w^2 (x - m) (<x>_deviation_sum) and w^2 (x - m)^2 (<x>_deviation_square_sum).
*/
with predictions as (

    select outcomes.*
    from {{ ref('int_ml_weighted_outcomes') }} as outcomes
    {{ ml_monitor.in_dirty_days('outcomes', 'predicted_date') }}
    where outcomes.task = 'regression'

),

/* a row for all rows and one for each slice that the prediction stands in */
sliced as (

    select
        predictions.*,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value
    from predictions
    {%- for log in ml_monitor.prediction_logs() if ml_monitor.has_sample_weights(log) %}
    {%- for slice in log.slices %}
    union all
    select
        predictions.*,
        '{{ slice.slice_key }}' as slice_key,
        coalesce(predictions.slice_{{ slice.slot }}, '(null)') as slice_value
    from predictions
    where predictions.log_name = '{{ log.name }}'
    {%- endfor %}
    {%- endfor %}

),

measured as (

    select
        {{ keys | join(',\n        ') }},
        weight,
        weight * weight as square_weight,
        actual_value,
        abs(actual_value) as absolute_actual,
        predicted_value - actual_value as error,
        abs(predicted_value - actual_value) as absolute_error,
        (predicted_value - actual_value) * (predicted_value - actual_value) as squared_error
    from sliced

),

summed as (

    select
        {{ keys | join(',\n        ') }},
        count(*) as labelled_count,
        count(*) filter (where actual_value != 0) as nonzero_actual_count,
        sum(weight) as weight_sum,
        sum(square_weight) as square_weight_sum,
        coalesce(sum(weight) filter (where actual_value != 0), 0) as nonzero_actual_weight,
        coalesce(sum(weight * {{ ml_monitor.safe_divide('absolute_error', 'absolute_actual') }}), 0) as absolute_percentage_error_sum,
        sum(weight * actual_value) as actual_sum,
        sum(weight * absolute_actual) as absolute_actual_sum,
        min(actual_value) as actual_minimum,
        max(actual_value) as actual_maximum,
        sum(square_weight * absolute_actual * absolute_actual) as actual_square_sum,
        sum(square_weight * absolute_actual * absolute_error) as actual_error_product_sum,
        sum(square_weight * squared_error) as error_square_sum,
        {%- for quantity in errors %}
        sum(weight * {{ quantity }}) as {{ quantity }}_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    group by
        {{ keys | join(',\n        ') }}

),

deviations as (

    select
        summed.log_name,
        summed.model_id,
        summed.model_version,
        summed.predicted_date,
        summed.slice_key,
        summed.slice_value,
        sum(measured.weight * power(measured.actual_value - {{ ml_monitor.safe_divide('summed.actual_sum', 'summed.weight_sum') }}, 2)) as actual_deviation_square_sum,
        {%- for quantity in errors %}
        {%- set deviation = 'measured.' ~ quantity ~ ' - ' ~ ml_monitor.safe_divide('summed.' ~ quantity ~ '_sum', 'summed.weight_sum') %}
        sum(measured.square_weight * ({{ deviation }})) as {{ quantity }}_deviation_sum,
        sum(measured.square_weight * power({{ deviation }}, 2)) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    inner join summed
        on
            measured.log_name = summed.log_name
            and measured.model_id = summed.model_id
            and measured.model_version = summed.model_version
            and measured.predicted_date = summed.predicted_date
            and coalesce(measured.slice_key, '') = coalesce(summed.slice_key, '')
            and coalesce(measured.slice_value, '') = coalesce(summed.slice_value, '')
    group by
        summed.log_name,
        summed.model_id,
        summed.model_version,
        summed.predicted_date,
        summed.slice_key,
        summed.slice_value

)

select
    summed.*,
    {%- for quantity in errors %}
    {{ ml_monitor.safe_divide('summed.' ~ quantity ~ '_sum', 'summed.weight_sum') }} as {{ quantity }}_mean,
    deviations.{{ quantity }}_deviation_sum,
    deviations.{{ quantity }}_deviation_square_sum,
    {%- endfor %}
    {{ ml_monitor.safe_divide('summed.actual_sum', 'summed.weight_sum') }} as actual_mean,
    deviations.actual_deviation_square_sum
from summed
inner join deviations
    on
        summed.log_name = deviations.log_name
        and summed.model_id = deviations.model_id
        and summed.model_version = deviations.model_version
        and summed.predicted_date = deviations.predicted_date
        and coalesce(summed.slice_key, '') = coalesce(deviations.slice_key, '')
        and coalesce(summed.slice_value, '') = coalesce(deviations.slice_value, '')
