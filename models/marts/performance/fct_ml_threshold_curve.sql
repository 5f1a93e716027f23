/*
    Grain: model, version, window (month, reference, lifetime), slice and threshold 0.01, 0.02, .. 0.99: what a binary
    classifier would have got with another cut-off, and what that would have been worth. A row counts as predicted positive
    when its score is above the threshold: exact at any size of the window, because the score cells are (lower, upper] and
    end at every threshold. The project's own label is score >= threshold; the two differ in rows that score exactly the
    threshold, which `>=` calls positive and this curve negative. Precision, F and so on are null as in fct_ml_performance;
    values are null where policy states none.
*/
with cells as (

    select
        cells.log_name,
        cells.model_id,
        cells.model_version,
        window_days.granularity,
        window_days.window_start,
        cells.slice_key,
        cells.slice_value,
        ceil({{ ml_monitor.safe_divide('cells.score_cell', '10') }}) as hundredth,
        sum(cells.positive_count) as positive_count,
        sum(cells.negative_count) as negative_count
    from {{ ref('int_ml_scores_counted') }} as cells
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            cells.log_name = window_days.log_name
            and cells.model_id = window_days.model_id
            and cells.model_version = window_days.model_version
            and cells.predicted_date = window_days.predicted_date
    where window_days.granularity in ('month', 'reference', 'lifetime')
    group by
        cells.log_name,
        cells.model_id,
        cells.model_version,
        window_days.granularity,
        window_days.window_start,
        cells.slice_key,
        cells.slice_value,
        ceil({{ ml_monitor.safe_divide('cells.score_cell', '10') }})

),

windows as (

    select
        cells.log_name,
        cells.model_id,
        cells.model_version,
        cells.granularity,
        cells.window_start,
        cells.slice_key,
        cells.slice_value,
        cast(sum(cells.positive_count) as {{ ml_monitor.type_double() }}) as positive_total,
        cast(sum(cells.negative_count) as {{ ml_monitor.type_double() }}) as negative_total
    from cells
    group by
        cells.log_name,
        cells.model_id,
        cells.model_version,
        cells.granularity,
        cells.window_start,
        cells.slice_key,
        cells.slice_value

),

hundredths as (

    {{ dbt.generate_series(100) }}

),

/* predicted positive at a threshold: everything in the hundredths above it */
cumulated as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        windows.positive_total,
        windows.negative_total,
        hundredths.generated_number - 1 as threshold_hundredth,
        cast(sum(coalesce(cells.positive_count, 0)) over above as {{ ml_monitor.type_double() }}) as tp,
        cast(sum(coalesce(cells.negative_count, 0)) over above as {{ ml_monitor.type_double() }}) as fp
    from windows
    cross join hundredths
    left join cells
        on
            windows.log_name = cells.log_name
            and windows.model_id = cells.model_id
            and windows.model_version = cells.model_version
            and windows.granularity = cells.granularity
            and windows.window_start = cells.window_start
            and coalesce(windows.slice_key, '') = coalesce(cells.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(cells.slice_value, '')
            and hundredths.generated_number = cells.hundredth
    window
        above as (
            partition by
                windows.log_name, windows.model_id, windows.model_version, windows.granularity, windows.window_start,
                windows.slice_key, windows.slice_value
            order by hundredths.generated_number desc
            rows between unbounded preceding and current row
        )

),

counts as (

    select
        cumulated.*,
        cumulated.positive_total - cumulated.tp as fn,
        cumulated.negative_total - cumulated.fp as tn,
        cumulated.positive_total + cumulated.negative_total as n
    from cumulated

),

valued as (

    select
        counts.*,
        value_matrix.currency,
        counts.tp * value_matrix.true_positive_value + counts.fp * value_matrix.false_positive_value
        + counts.fn * value_matrix.false_negative_value + counts.tn * value_matrix.true_negative_value as value_total
    from counts
    left join {{ ref('int_ml_value_matrix') }} as value_matrix
        on counts.model_id = value_matrix.model_id
    where counts.threshold_hundredth > 0

)

select
    valued.model_id,
    valued.model_version,
    valued.granularity,
    valued.window_start,
    windows.window_end,
    valued.slice_key,
    valued.slice_value,
    {{ ml_monitor.safe_divide('valued.threshold_hundredth', '100') }} as score_threshold,
    windows.is_complete,
    maturity.is_mature,
    {{ ml_monitor.safe_divide('windows.labelled_count', 'windows.prediction_count') }} as label_coverage,
    {%- for column in ['tp', 'fp', 'fn', 'tn'] %}
    cast(valued.{{ column }} as {{ dbt.type_bigint() }}) as {{ {
        'tp': 'true_positive_count', 'fp': 'false_positive_count', 'fn': 'false_negative_count', 'tn': 'true_negative_count',
    }[column] }},
    {%- endfor %}
    {{ ml_monitor.safe_divide('valued.tp + valued.fp', 'valued.n') }} as selection_rate,
    {{ ml_monitor.safe_divide('valued.tp', 'valued.tp + valued.fp') }} as precision_rate,
    {{ ml_monitor.safe_divide('valued.tp', 'valued.tp + valued.fn') }} as recall_rate,
    {{ ml_monitor.safe_divide('valued.tn', 'valued.tn + valued.fp') }} as specificity,
    {{ ml_monitor.safe_divide('2 * valued.tp', '2 * valued.tp + valued.fn + valued.fp') }} as f1,
    {{ ml_monitor.safe_divide('1.25 * valued.tp', '1.25 * valued.tp + 0.25 * valued.fn + valued.fp') }} as f_beta_05,
    {{ ml_monitor.safe_divide('5 * valued.tp', '5 * valued.tp + 4 * valued.fn + valued.fp') }} as f_beta_2,
    valued.currency,
    valued.value_total,
    {{ ml_monitor.safe_divide('valued.value_total', 'valued.n') }} as value_per_prediction
from valued
inner join {{ ref('int_ml_window_counts') }} as windows
    on
        valued.log_name = windows.log_name
        and valued.model_id = windows.model_id
        and valued.model_version = windows.model_version
        and valued.granularity = windows.granularity
        and valued.window_start = windows.window_start
        and coalesce(valued.slice_key, '') = coalesce(windows.slice_key, '')
        and coalesce(valued.slice_value, '') = coalesce(windows.slice_value, '')
inner join {{ ref('int_ml_window_maturity') }} as maturity
    on
        valued.log_name = maturity.log_name
        and valued.model_id = maturity.model_id
        and valued.model_version = maturity.model_version
        and valued.granularity = maturity.granularity
        and valued.window_start = maturity.window_start
