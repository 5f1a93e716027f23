{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window and slice with outcomes, for windows up to the log's exact_row_limit; trailing windows,
    which would read every row again 35 times, and larger ones are not here. What takes the rows of the window:
      median_ae       median of |prediction - actual|, the mean of the middle two where their number is even
      median_ae_*     95 % interval, from one error to another (order statistics; Hollander, Wolfe and Chicken 2014, 3.6):
                      the floor((n - 1.96 sqrt(n)) / 2)-th from either end; null where that is the 0th
      dummy_*         errors of a dummy that always says the mean of the actuals of the reference window (all its rows,
                      whatever the slice); null without a reference
*/
with all_windows as (

    select * from {{ ref('int_ml_regression_windows') }}

),

windows as (

    select
        all_windows.log_name,
        all_windows.model_id,
        all_windows.model_version,
        all_windows.granularity,
        all_windows.window_start,
        all_windows.slice_key,
        all_windows.slice_value,
        /* kept between the extremes: where all actuals are one number the mean is that number, to the last digit */
        {{ ml_monitor.clip(
            ml_monitor.safe_divide('reference.actual_sum', 'reference.labelled_count'),
            'reference.actual_minimum', 'reference.actual_maximum'
        ) }} as dummy_value,
        row_number() over (
            order by
                all_windows.log_name asc, all_windows.model_id asc, all_windows.model_version asc, all_windows.granularity asc,
                all_windows.window_start asc, all_windows.slice_key asc nulls first, all_windows.slice_value asc nulls first
        ) as series_number
    from all_windows
    inner join {{ ref('int_ml_logs') }} as logs
        on all_windows.log_name = logs.log_name
    left join all_windows as reference
        on
            all_windows.log_name = reference.log_name
            and all_windows.model_id = reference.model_id
            and all_windows.model_version = reference.model_version
            and reference.granularity = 'reference'
            and reference.slice_key is null
    {{ ml_monitor.in_dirty_windows('all_windows') }}
    where
        all_windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
        and all_windows.labelled_count <= coalesce(logs.exact_row_limit, all_windows.labelled_count)

),

predictions as (

    select * from {{ ref('fct_ml_predictions') }}
    where
        task = 'regression'
        and observed_at is not null

),

{{ ml_monitor.with_series_days(['series_number', 'slice_key', 'slice_value', 'dummy_value']) }},

series_rows as (

    select
        series_days.series_number,
        abs(predictions.predicted_value - predictions.actual_value) as absolute_error,
        series_days.dummy_value - predictions.actual_value as dummy_error
    from predictions
    inner join series_days
        on
            predictions.log_name = series_days.log_name
            and predictions.model_id = series_days.model_id
            and predictions.model_version = series_days.model_version
            and predictions.predicted_date = series_days.predicted_date
    where series_days.slice_key is null
    {%- for log in ml_monitor.prediction_logs() if log.task == 'regression' %}
    {%- for slice in log.slices %}
    union all
    select
        series_days.series_number,
        abs(predictions.predicted_value - predictions.actual_value) as absolute_error,
        series_days.dummy_value - predictions.actual_value as dummy_error
    from predictions
    inner join series_days
        on
            predictions.log_name = series_days.log_name
            and predictions.model_id = series_days.model_id
            and predictions.model_version = series_days.model_version
            and predictions.predicted_date = series_days.predicted_date
            and coalesce(predictions.slice_{{ slice.slot }}, '(null)') = series_days.slice_value
    where
        series_days.log_name = '{{ log.name }}'
        and series_days.slice_key = '{{ slice.slice_key }}'
    {%- endfor %}
    {%- endfor %}

),

ranked as (

    select
        series_rows.*,
        row_number() over (partition by series_rows.series_number order by series_rows.absolute_error asc nulls last) as place,
        count(*) over (partition by series_rows.series_number) as row_count
    from series_rows

),

/* the places of the middle, and of the ends of its interval: none below one row from either end */
placed as (

    select
        ranked.*,
        floor((ranked.row_count - {{ ml_monitor.z_95() }} * sqrt(ranked.row_count)) / 2) as lower_place
    from ranked

),

measured as (

    select
        series_number,
        avg(absolute_error) filter (where abs(2 * place - row_count - 1) <= 1) as median_ae,
        max(absolute_error) filter (where place = lower_place) as median_ae_lower,
        max(absolute_error) filter (where place = row_count + 1 - lower_place) as median_ae_upper,
        sum(abs(dummy_error)) as dummy_absolute_error_sum,
        sum(greatest(dummy_error, 0)) as dummy_over_error_sum,
        sum(greatest(-dummy_error, 0)) as dummy_under_error_sum,
        var_pop(abs(dummy_error)) * count(*) as dummy_deviation_square_sum,
        covar_pop(abs(dummy_error), absolute_error) * count(*) as dummy_product_sum
    from placed
    group by series_number

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    measured.median_ae,
    measured.median_ae_lower,
    measured.median_ae_upper,
    case when windows.dummy_value is not null then measured.dummy_absolute_error_sum end as dummy_absolute_error_sum,
    case when windows.dummy_value is not null then measured.dummy_over_error_sum end as dummy_over_error_sum,
    case when windows.dummy_value is not null then measured.dummy_under_error_sum end as dummy_under_error_sum,
    case when windows.dummy_value is not null then measured.dummy_deviation_square_sum end as dummy_deviation_square_sum,
    case when windows.dummy_value is not null then measured.dummy_product_sum end as dummy_product_sum
from windows
inner join measured
    on windows.series_number = measured.series_number
