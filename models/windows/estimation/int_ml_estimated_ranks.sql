{{ config(**ml_monitor.replaced_by_window()) }}
{%- set estimators = {'cbpe': 'calibrated_score', 'cbpe_uncalibrated': 'score'} %}
/*
    Grain: log, model, version, window, slice and estimator; days, weeks, months and the reference, slices in weeks and months.
    AUC and average precision as confidence-based estimation expects them: every row counts as p of a positive and 1 - p of a negative,
    in the order of the scores, equal scores tied. Windows up to the log's exact_row_limit are read row by row; larger
    ones tie the scores of one of 1,000 cells, with the bounds of int_ml_ranked_windows.
*/
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        windows.prediction_count <= coalesce(logs.exact_row_limit, windows.prediction_count) as is_exact,
        {{ ml_monitor.window_row_number(['slice_key', 'slice_value']) }} as series_number
    from {{ ref('int_ml_window_counts') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.task = 'binary_classification'
        and windows.prediction_count > 0
        and (
            windows.granularity in ('week', 'month')
            or (windows.slice_key is null and windows.granularity in ('day', 'reference'))
        )

),

{{ ml_monitor.with_series_days(['series_number', 'is_exact', 'slice_key', 'slice_value']) }},

/* slot 0: all rows */
slots as (

    select
        log_name,
        0 as slice_slot,
        '' as slice_key
    from {{ ref('int_ml_logs') }}
    union all
    select
        log_name,
        slice_slot,
        slice_key
    from {{ ref('int_ml_slice_slots') }}

),

predictions as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        slots.slice_key,
        {%- if ml_monitor.used_slice_slots() %}
        case slots.slice_slot
            when 0 then ''
            {%- for slot in ml_monitor.used_slice_slots() %}
            when {{ slot }} then coalesce(predictions.slice_{{ slot }}, '(null)')
            {%- endfor %}
        end as slice_value,
        {%- else %}
        '' as slice_value,
        {%- endif %}
        predictions.score,
        {{ ml_monitor.score_cell('predictions.score') }} as score_cell,
        {{ ml_monitor.calibrated_score('predictions.score') }} as calibrated_score
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_calibration_piece('predictions', "'1'", 'predictions.score') }}
    inner join slots
        on predictions.log_name = slots.log_name
    where predictions.task = 'binary_classification'

),

score_groups as (

    select
        series_days.series_number,
        case when series_days.is_exact then predictions.score else predictions.score_cell end as score_group,
        cast(count(*) as {{ ml_monitor.type_double() }}) as row_count
        {%- for estimator, p in estimators.items() %},
        sum(predictions.{{ p }}) as {{ estimator }}_positive_count
        {%- endfor %}
    from predictions
    inner join series_days
        on
            predictions.log_name = series_days.log_name
            and predictions.model_id = series_days.model_id
            and predictions.model_version = series_days.model_version
            and predictions.predicted_date = series_days.predicted_date
            and predictions.slice_key = coalesce(series_days.slice_key, '')
            and predictions.slice_value = coalesce(series_days.slice_value, '')
    group by
        series_days.series_number,
        case when series_days.is_exact then predictions.score else predictions.score_cell end

),

cumulated as (

    {%- for estimator in estimators %}
    select
        series_number,
        '{{ estimator }}' as estimator_name,
        row_count,
        {{ estimator }}_positive_count as positive_count,
        row_count - {{ estimator }}_positive_count as negative_count,
        sum(row_count) over descending as rows_above,
        sum({{ estimator }}_positive_count) over descending as positives_above
    from score_groups
    where {{ estimator }}_positive_count is not null
    window
        descending as (
            partition by series_number
            order by score_group desc nulls last
            rows between unbounded preceding and current row
        )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

measured as (

    select
        series_number,
        estimator_name,
        sum(positive_count) as positive_total,
        sum(negative_count) as negative_total,
        sum(negative_count * (positives_above - positive_count / 2)) as pairs_ranked_right,
        sum(positive_count * negative_count) / 2 as pairs_shared_half,
        sum(positive_count * positives_above / rows_above) as precision_sum,
        sum(positive_count * (
            least(positives_above / greatest(rows_above - row_count + positive_count, 1), 1)
            - (positives_above - positive_count) / rows_above
        )) as precision_reach_sum
    from cumulated
    group by
        series_number,
        estimator_name

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    measured.estimator_name,
    measured.positive_total,
    measured.negative_total,
    {{ ml_monitor.safe_divide('measured.pairs_ranked_right', 'measured.positive_total * measured.negative_total') }} as roc_auc,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.pairs_shared_half', 'measured.positive_total * measured.negative_total') }}
    end as roc_auc_error_bound,
    {{ ml_monitor.safe_divide('measured.precision_sum', 'measured.positive_total') }} as average_precision,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.precision_reach_sum', 'measured.positive_total') }}
    end as average_precision_error_bound
from measured
inner join windows
    on measured.series_number = windows.series_number
