{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version, window, slice and metric. The loss of a regression model that the reference leads to
    expect: the mean loss of the reference's labelled rows in each band of the predicted value (its ten bins) and slice,
    weighted by how many predictions of the window fall into the band. standard_error is that of a mean of so many
    losses, from the variance within each band. Rows of bands without a labelled row in the reference are left out.
*/
with reference_rows as (

    select
        predictions.*,
        edges.bin_version,
        {{ ml_monitor.bin_number('predictions.predicted_value', 'edges.') }} as bin_number,
        abs(predictions.predicted_value - predictions.actual_value) as absolute_error,
        power(predictions.predicted_value - predictions.actual_value, 2) as squared_error
    from {{ ref('fct_ml_predictions') }} as predictions
    inner join {{ ref('int_ml_reference_days') }} as reference_days
        on
            predictions.log_name = reference_days.log_name
            and predictions.model_id = reference_days.model_id
            and predictions.model_version = reference_days.model_version
            and predictions.predicted_date = reference_days.predicted_date
    inner join {{ ref('int_ml_bin_edges') }} as edges
        on
            reference_days.log_name = edges.log_name
            and reference_days.model_id = edges.model_id
            and reference_days.model_version = edges.model_version
            and reference_days.bin_version = edges.bin_version
            and edges.subject = 'prediction'
            and edges.feature_name = 'predicted_value'
    where
        predictions.task = 'regression'
        and predictions.observed_at is not null

),

grouped as (

    select
        reference_rows.log_name,
        reference_rows.model_id,
        reference_rows.model_version,
        reference_rows.bin_version,
        reference_rows.bin_number,
        {{ ml_monitor.slice_slot('reference_rows') }} as slice_slot,
        {{ ml_monitor.slice_value('reference_rows') }} as slice_value,
        avg(reference_rows.absolute_error) as mean_absolute_error,
        var_pop(reference_rows.absolute_error) as absolute_error_variance,
        avg(reference_rows.squared_error) as mean_squared_error,
        var_pop(reference_rows.squared_error) as squared_error_variance
    from reference_rows
    group by
        {{ ml_monitor.grouping_sets_by_slice('reference_rows', ['log_name', 'model_id', 'model_version', 'bin_version', 'bin_number']) }}

),

reference_losses as (

    select
        grouped.*,
        slots.slice_key
    from grouped
    left join {{ ref('int_ml_slice_slots') }} as slots
        on
            grouped.log_name = slots.log_name
            and grouped.slice_slot = slots.slice_slot
    where grouped.slice_slot = 0 or slots.slice_key is not null

),

expected as (

    select
        window_bins.log_name,
        window_bins.model_id,
        window_bins.model_version,
        window_bins.granularity,
        window_bins.window_start,
        window_bins.slice_key,
        window_bins.slice_value,
        cast(sum(window_bins.row_count) as {{ ml_monitor.type_double() }}) as n,
        sum(window_bins.row_count * reference_losses.mean_absolute_error) as absolute_error_sum,
        sum(window_bins.row_count * reference_losses.absolute_error_variance) as absolute_error_variance_sum,
        sum(window_bins.row_count * reference_losses.mean_squared_error) as squared_error_sum,
        sum(window_bins.row_count * reference_losses.squared_error_variance) as squared_error_variance_sum
    from {{ ref('int_ml_window_bins') }} as window_bins
    inner join reference_losses
        on
            window_bins.log_name = reference_losses.log_name
            and window_bins.model_id = reference_losses.model_id
            and window_bins.model_version = reference_losses.model_version
            and window_bins.bin_version = reference_losses.bin_version
            and window_bins.bin_number = reference_losses.bin_number
            and coalesce(window_bins.slice_key, '') = coalesce(reference_losses.slice_key, '')
            and coalesce(window_bins.slice_value, '') = coalesce(reference_losses.slice_value, '')
    where
        window_bins.subject = 'prediction'
        and window_bins.feature_name = 'predicted_value'
        and window_bins.bin_kind = 'interval'
    group by
        window_bins.log_name,
        window_bins.model_id,
        window_bins.model_version,
        window_bins.granularity,
        window_bins.window_start,
        window_bins.slice_key,
        window_bins.slice_value

),

losses as (

    select
        expected.*,
        expected.absolute_error_sum / expected.n as mae,
        expected.squared_error_sum / expected.n as mse,
        sqrt(expected.absolute_error_variance_sum) / expected.n as mae_error,
        sqrt(expected.squared_error_variance_sum) / expected.n as mse_error
    from expected

)

{% for metric, standard_error in [
    ('mae', 'mae_error'), ('mse', 'mse_error'), ('rmse', ml_monitor.safe_divide('mse_error', '2 * sqrt(mse)')),
] %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    'loss_by_band' as estimator_name,
    '{{ metric }}' as metric_name,
    {{ 'sqrt(mse)' if metric == 'rmse' else metric }} as metric_value,
    {{ ml_monitor.double_literal('0') }} as metric_error_bound,
    cast(n as {{ dbt.type_bigint() }}) as sample_count,
    {{ standard_error }} as standard_error
from losses
{{ 'union all' if not loop.last }}
{%- endfor %}
