{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
{%- set estimators = {'cbpe': 'calibrated_score', 'cbpe_uncalibrated': 'class_score'} %}
{%- set double = ml_monitor.type_double() %}
/*
    Grain: log, model, version, window, estimator and class that a multiclass model listed; all rows, days, weeks, months and
    the reference. AUC of the class against the rest as confidence-based estimation expects it (NannyML's CBPE): with p the
    probability of the class a row counts as p of it and 1 - p of the rest, in the order of the class's scores, equal scores
    tied. A prediction that does not list the class has score and p 0. Windows up to the log's exact_row_limit of predictions
    are read row by row; larger ones tie the scores of one of 1,000 cells, with half of the pairs that share one as bound.
*/
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.prediction_count <= coalesce(logs.exact_row_limit, windows.prediction_count) as is_exact,
        {{ ml_monitor.window_row_number() }} as series_number
    from {{ ref('int_ml_window_counts') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.task = 'multiclass_classification'
        and windows.slice_key is null
        and windows.prediction_count > 0
        and windows.granularity in ('day', 'week', 'month', 'reference')

),

{{ ml_monitor.with_series_days(['series_number', 'is_exact']) }},

score_groups as (

    select
        series_days.series_number,
        series_days.is_exact,
        probabilities.class_label,
        case
            when series_days.is_exact then probabilities.class_score
            else {{ ml_monitor.score_cell('probabilities.class_score') }}
        end as score_group
        {%- for estimator, p in estimators.items() %},
        cast(count(probabilities.{{ p }}) as {{ double }}) as {{ estimator }}_row_count,
        coalesce(sum(probabilities.{{ p }}), 0) as {{ estimator }}_positive_count,
        sum(case when probabilities.{{ p }} is not null then {{ ml_monitor.double_literal('1') }} / probabilities.class_count else 0 end) as {{ estimator }}_share_sum
        {%- endfor %}
    from {{ ref('int_ml_class_probabilities') }} as probabilities
    inner join series_days
        on
            probabilities.log_name = series_days.log_name
            and probabilities.model_id = series_days.model_id
            and probabilities.model_version = series_days.model_version
            and probabilities.window_start = series_days.predicted_date
    group by
        series_days.series_number,
        series_days.is_exact,
        probabilities.class_label,
        case
            when series_days.is_exact then probabilities.class_score
            else {{ ml_monitor.score_cell('probabilities.class_score') }}
        end

),

cumulated as (

    select
        score_groups.*
        {%- for estimator in estimators %},
        score_groups.{{ estimator }}_row_count - score_groups.{{ estimator }}_positive_count as {{ estimator }}_negative_count,
        sum(score_groups.{{ estimator }}_positive_count) over descending as {{ estimator }}_positives_above
        {%- endfor %}
    from score_groups
    window
        descending as (
            partition by score_groups.series_number, score_groups.class_label
            order by score_groups.score_group desc nulls last
            rows between unbounded preceding and current row
        )

),

/* lowest: what is tied with the predictions that do not list the class, at score 0 or in the first cell */
classes as (

    select
        series_number,
        class_label
        {%- for estimator in estimators %},
        sum({{ estimator }}_row_count) as {{ estimator }}_row_count,
        sum({{ estimator }}_positive_count) as {{ estimator }}_positive_total,
        sum(
            case when score_group <= case when is_exact then 0 else 1 end then {{ estimator }}_positive_count else 0 end
        ) as {{ estimator }}_lowest_positive_count,
        sum({{ estimator }}_negative_count * ({{ estimator }}_positives_above - {{ estimator }}_positive_count / 2)) as {{ estimator }}_pairs_ranked_right,
        sum({{ estimator }}_positive_count * {{ estimator }}_negative_count) / 2 as {{ estimator }}_pairs_shared_half,
        sum({{ estimator }}_share_sum) as {{ estimator }}_share_sum
        {%- endfor %}
    from cumulated
    group by
        series_number,
        class_label

),

/* the classes of a prediction have a share each in it: they add up to the predictions */
totalled as (

    select
        classes.*
        {%- for estimator in estimators %},
        round(sum(classes.{{ estimator }}_share_sum) over of_window) as {{ estimator }}_row_total
        {%- endfor %}
    from classes
    window
        of_window as (
            partition by classes.series_number
        )

),

measured as (

    {%- for estimator in estimators %}
    select
        series_number,
        '{{ estimator }}' as estimator_name,
        class_label,
        {{ estimator }}_positive_total as positive_total,
        {{ estimator }}_row_total - {{ estimator }}_positive_total as negative_total,
        {{ estimator }}_pairs_ranked_right
        + ({{ estimator }}_row_total - {{ estimator }}_row_count)
        * ({{ estimator }}_positive_total - {{ estimator }}_lowest_positive_count / 2) as pairs_ranked_right,
        {{ estimator }}_pairs_shared_half
        + ({{ estimator }}_row_total - {{ estimator }}_row_count) * {{ estimator }}_lowest_positive_count / 2 as pairs_shared_half
    from totalled
    where {{ estimator }}_row_count > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    measured.estimator_name,
    measured.class_label,
    measured.positive_total,
    measured.negative_total,
    {{ ml_monitor.safe_divide('measured.pairs_ranked_right', 'measured.positive_total * measured.negative_total') }} as roc_auc,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.pairs_shared_half', 'measured.positive_total * measured.negative_total') }}
    end as roc_auc_error_bound
from measured
inner join windows
    on measured.series_number = windows.series_number
