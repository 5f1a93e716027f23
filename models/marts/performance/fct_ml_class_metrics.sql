/*
    Grain: model, version, window, slice, class and metric, for each class of a multiclass model that occurred, was
    predicted or has class scores among the labelled rows. Beside it the same metric over the reference window and a
    p-value of the difference from their standard errors (rates: p (1 - p) / n). Shown, not judged: the averages over
    classes are judged in fct_ml_performance.
*/
{%- if not ml_monitor.is_needed('int_ml_class_metrics') %}
{{ get_empty_schema_sql(model.columns) }}
where 1 = 0
{%- else %}
with measured as (

    select
        measurements.*,
        case
            when measurements.success_count is not null
                then sqrt(
                    {{ ml_monitor.safe_divide('measurements.success_count * (measurements.sample_count - measurements.success_count)', 'power(measurements.sample_count, 3)') }}
                )
            else measurements.standard_error
        end as difference_error
    from {{ ref('int_ml_class_metrics') }} as measurements

),

reference as (

    select * from measured
    where granularity = 'reference'

),

maturity as (

    select * from {{ ref('int_ml_window_maturity') }}

),

compared as (

    select
        measured.*,
        maturity.is_complete,
        maturity.is_mature,
        reference.sample_count as reference_count,
        reference.metric_value as reference_value,
        /* no class metric has a normal interval */
        cast(null as {{ ml_monitor.type_double() }}) as range_lower,
        cast(null as {{ ml_monitor.type_double() }}) as range_upper,
        case
            when measured.granularity != 'reference'
                then (measured.metric_value - reference.metric_value)
                    / nullif(sqrt(power(measured.difference_error, 2) + power(reference.difference_error, 2)), 0)
        end as z_score
    from measured
    inner join maturity
        on
            measured.log_name = maturity.log_name
            and measured.model_id = maturity.model_id
            and measured.model_version = maturity.model_version
            and measured.granularity = maturity.granularity
            and measured.window_start = maturity.window_start
    left join reference
        on
            measured.log_name = reference.log_name
            and measured.model_id = reference.model_id
            and measured.model_version = reference.model_version
            and coalesce(measured.slice_key, '') = coalesce(reference.slice_key, '')
            and coalesce(measured.slice_value, '') = coalesce(reference.slice_value, '')
            and measured.class_label = reference.class_label
            and measured.metric_name = reference.metric_name

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    'reference' as baseline_name,
    is_complete,
    is_mature,
    class_label,
    metric_name,
    metric_value,
    metric_error_bound,
    cast(sample_count as {{ dbt.type_bigint() }}) as sample_count,
    cast(labelled_count - sample_count as {{ dbt.type_bigint() }}) as excluded_count,
    cast(reference_count as {{ dbt.type_bigint() }}) as reference_count,
    reference_value,
    {{ ml_monitor.metric_limit('lower') }} as ci_lower,
    {{ ml_monitor.metric_limit('upper') }} as ci_upper,
    {{ ml_monitor.normal_two_sided_p('z_score') }} as p_value
from compared
{%- endif %}
