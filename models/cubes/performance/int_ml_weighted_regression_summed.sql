{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'predicted_date', 'slice_key', 'slice_value'] %}
{#- each error and the weight that its mean is over #}
{%- set errors = {
    'error': 'weight_sum', 'absolute_error': 'weight_sum', 'squared_error': 'weight_sum',
    'absolute_percentage_error': 'nonzero_actual_weight',
} %}
{#- those that the skewness is kept of #}
{%- set skewed = ['absolute_error', 'squared_error', 'absolute_percentage_error'] %}
/*
    Grain: log, model, version, day and slice. Labelled regression predictions with a sample weight w above 0: weighted
    sums of errors and actuals. What a variance is made of is taken from a centre of the day and slice, in a second pass,
    and merges without cancellation (Chan, Golub, LeVeque 1983):
      actual y  from the middle c of its range: sums of w (y - c) (actual_deviation_sum) and w (y - c)^2
      error x   from its weighted mean m: sums of w^2 (x - m) (<x>_deviation_sum) and w^2 (x - m)^2, and of w^3 (x - m)^k, k
                from 1 to 3, with x - m cut to what has a cube (<x>_cubic_sum_k)
      wape      with r = sum of w |x| / sum of w |y|: sums of w^2 (|x| - r |y|) |y|, w^2 (|x| - r |y|)^2 and w^2 y^2
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
        (predicted_value - actual_value) * (predicted_value - actual_value) as squared_error,
        {{ ml_monitor.safe_divide('abs(predicted_value - actual_value)', 'abs(actual_value)') }} as absolute_percentage_error
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
        coalesce(sum(square_weight) filter (where actual_value != 0), 0) as nonzero_actual_square_weight,
        sum(square_weight * weight) as cubed_weight_sum,
        coalesce(sum(square_weight * weight) filter (where actual_value != 0), 0) as nonzero_actual_cubed_weight,
        sum(weight * actual_value) as actual_sum,
        sum(weight * absolute_actual) as absolute_actual_sum,
        min(actual_value) as actual_minimum,
        max(actual_value) as actual_maximum,
        sum(square_weight * absolute_actual * absolute_actual) as actual_square_sum,
        {%- for quantity in errors %}
        coalesce(sum(weight * {{ quantity }}), 0) as {{ quantity }}_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    group by
        {{ keys | join(',\n        ') }}

),

with_means as (

    select
        summed.*,
        coalesce({{ ml_monitor.safe_divide('summed.absolute_error_sum', 'summed.absolute_actual_sum') }}, 0) as wape_mean,
        summed.actual_minimum / 2 + summed.actual_maximum / 2 as actual_centre,
        {%- for quantity, weight in errors.items() %}
        {{ ml_monitor.safe_divide('summed.' ~ quantity ~ '_sum', 'summed.' ~ weight) }} as {{ quantity }}_mean{{ ',' if not loop.last }}
        {%- endfor %}
    from summed

),

centred as (

    select
        with_means.log_name,
        with_means.model_id,
        with_means.model_version,
        with_means.predicted_date,
        with_means.slice_key,
        with_means.slice_value,
        measured.weight,
        measured.square_weight,
        measured.absolute_actual,
        measured.absolute_error - with_means.wape_mean * measured.absolute_actual as wape_deviation,
        measured.actual_value - with_means.actual_centre as actual_deviation,
        {%- for quantity in errors %}
        measured.{{ quantity }} - with_means.{{ quantity }}_mean as {{ quantity }}_deviation{{ ',' if not loop.last }}
        {%- endfor %}
        {%- for quantity in skewed %},
        {{ ml_monitor.cubable('(measured.' ~ quantity ~ ' - with_means.' ~ quantity ~ '_mean)') }} as {{ quantity }}_clipped_deviation
        {%- endfor %}
    from measured
    inner join with_means
        on
            measured.log_name = with_means.log_name
            and measured.model_id = with_means.model_id
            and measured.model_version = with_means.model_version
            and measured.predicted_date = with_means.predicted_date
            and coalesce(measured.slice_key, '') = coalesce(with_means.slice_key, '')
            and coalesce(measured.slice_value, '') = coalesce(with_means.slice_value, '')

),

deviations as (

    select
        {{ keys | join(',\n        ') }},
        sum(weight * actual_deviation) as actual_deviation_sum,
        sum(weight * actual_deviation * actual_deviation) as actual_deviation_square_sum,
        sum(square_weight * wape_deviation * absolute_actual) as wape_deviation_sum,
        sum(square_weight * wape_deviation * wape_deviation) as wape_deviation_square_sum,
        {%- for quantity in errors %}
        sum(square_weight * {{ quantity }}_deviation) as {{ quantity }}_deviation_sum,
        sum(square_weight * {{ quantity }}_deviation * {{ quantity }}_deviation) as {{ quantity }}_deviation_square_sum{{ ',' if not loop.last }}
        {%- endfor %}
        {%- for quantity in skewed %}
        {%- for power in range(1, 4) %},
        sum(square_weight * weight{{ (' * ' ~ quantity ~ '_clipped_deviation') * power }}) as {{ quantity }}_cubic_sum_{{ power }}
        {%- endfor %}
        {%- endfor %}
    from centred
    group by
        {{ keys | join(',\n        ') }}

)

select
    with_means.*
    {%- for quantity in ['actual', 'wape'] + errors.keys() | list %},
    deviations.{{ quantity }}_deviation_sum,
    deviations.{{ quantity }}_deviation_square_sum
    {%- endfor %}
    {%- for quantity in skewed %}
    {%- for power in range(1, 4) %},
    deviations.{{ quantity }}_cubic_sum_{{ power }}
    {%- endfor %}
    {%- endfor %}
from with_means
inner join deviations
    on
        with_means.log_name = deviations.log_name
        and with_means.model_id = deviations.model_id
        and with_means.model_version = deviations.model_version
        and with_means.predicted_date = deviations.predicted_date
        and coalesce(with_means.slice_key, '') = coalesce(deviations.slice_key, '')
        and coalesce(with_means.slice_value, '') = coalesce(deviations.slice_value, '')
