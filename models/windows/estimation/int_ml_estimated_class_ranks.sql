{{ config(**ml_monitor.replaced_by_window()) }}
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
        row_number() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.model_version asc, windows.granularity asc,
                windows.window_start asc
        ) as window_number
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

windows_of_days as (

    select
        windows.window_number,
        windows.is_exact,
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.predicted_date
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start

),

listed_scores as (

    select
        windows_of_days.window_number,
        probabilities.class_label,
        case
            when windows_of_days.is_exact then probabilities.class_score
            else {{ ml_monitor.score_cell('probabilities.class_score') }}
        end as score_group
        {%- for estimator, p in estimators.items() %},
        cast(count(probabilities.{{ p }}) as {{ double }}) as {{ estimator }}_row_count,
        sum(probabilities.{{ p }}) as {{ estimator }}_positive_count,
        sum(case when probabilities.{{ p }} is not null then {{ ml_monitor.double_literal('1') }} / probabilities.class_count end) as {{ estimator }}_row_share_sum
        {%- endfor %}
    from {{ ref('int_ml_class_probabilities') }} as probabilities
    inner join windows_of_days
        on
            probabilities.log_name = windows_of_days.log_name
            and probabilities.model_id = windows_of_days.model_id
            and probabilities.model_version = windows_of_days.model_version
            and probabilities.window_start = windows_of_days.predicted_date
    group by
        windows_of_days.window_number,
        probabilities.class_label,
        case
            when windows_of_days.is_exact then probabilities.class_score
            else {{ ml_monitor.score_cell('probabilities.class_score') }}
        end

),

score_groups as (

    {%- for estimator in estimators %}
    select
        window_number,
        '{{ estimator }}' as estimator_name,
        class_label,
        score_group,
        {{ estimator }}_row_count as row_count,
        {{ estimator }}_positive_count as positive_count,
        {{ estimator }}_row_share_sum as row_share_sum
    from listed_scores
    where {{ estimator }}_row_count > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

/* the classes of a prediction have a share each in it: they add up to the predictions */
totals as (

    select
        window_number,
        estimator_name,
        round(sum(row_share_sum)) as row_total
    from score_groups
    group by
        window_number,
        estimator_name

),

classes as (

    select
        score_groups.window_number,
        score_groups.estimator_name,
        score_groups.class_label,
        totals.row_total,
        totals.row_total - sum(score_groups.row_count) as unlisted_count,
        sum(score_groups.positive_count) as positive_total
    from score_groups
    inner join totals
        on
            score_groups.window_number = totals.window_number
            and score_groups.estimator_name = totals.estimator_name
    group by
        score_groups.window_number,
        score_groups.estimator_name,
        score_groups.class_label,
        totals.row_total

),

all_scores as (

    select
        window_number,
        estimator_name,
        class_label,
        score_group,
        row_count,
        positive_count
    from score_groups
    union all
    /* the lowest score there is: 0, or the first cell */
    select
        classes.window_number,
        classes.estimator_name,
        classes.class_label,
        case when windows.is_exact then {{ ml_monitor.double_literal('0') }} else 1 end as score_group,
        classes.unlisted_count as row_count,
        {{ ml_monitor.double_literal('0') }} as positive_count
    from classes
    inner join windows
        on classes.window_number = windows.window_number
    where classes.unlisted_count > 0

),

tied_scores as (

    select
        window_number,
        estimator_name,
        class_label,
        score_group,
        sum(positive_count) as positive_count,
        sum(row_count) - sum(positive_count) as negative_count
    from all_scores
    group by
        window_number,
        estimator_name,
        class_label,
        score_group

),

cumulated as (

    select
        tied_scores.*,
        sum(tied_scores.positive_count) over (
            partition by tied_scores.window_number, tied_scores.estimator_name, tied_scores.class_label
            order by tied_scores.score_group desc nulls last
            rows between unbounded preceding and current row
        ) as positives_above
    from tied_scores

),

measured as (

    select
        window_number,
        estimator_name,
        class_label,
        sum(negative_count * (positives_above - positive_count / 2)) as pairs_ranked_right,
        sum(positive_count * negative_count) / 2 as pairs_shared_half
    from cumulated
    group by
        window_number,
        estimator_name,
        class_label

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    classes.estimator_name,
    classes.class_label,
    classes.positive_total,
    classes.row_total - classes.positive_total as negative_total,
    {{ ml_monitor.safe_divide('measured.pairs_ranked_right', 'classes.positive_total * (classes.row_total - classes.positive_total)') }} as roc_auc,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.pairs_shared_half', 'classes.positive_total * (classes.row_total - classes.positive_total)') }}
    end as roc_auc_error_bound
from measured
inner join classes
    on
        measured.window_number = classes.window_number
        and measured.estimator_name = classes.estimator_name
        and measured.class_label = classes.class_label
inner join windows
    on measured.window_number = windows.window_number
