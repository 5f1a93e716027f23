{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window, slice and class that a model listed or that occurred. AUC of the class against the
    rest from its class scores, ties counted one half; null where all rows, or none, are of the class. A prediction that
    does not list the class gives it score 0. Windows up to the log's exact_row_limit are read row by row and have bound
    0; larger ones and trailing windows come from 1,000 score cells, with half of the pairs that share a cell as bound.
*/
{%- set double = ml_monitor.type_double() %}
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        windows.labelled_count,
        windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
        and windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        {{ ml_monitor.window_row_number(['slice_key', 'slice_value']) }} as series_number
    from {{ ref('int_ml_class_loss_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where windows.known_at is null

),

scores as (

    select * from {{ ref('int_ml_class_scores_celled') }}
    where superseded_date is null

),

cells as (

    select * from {{ ref('int_ml_class_scores_counted') }}

),

{{ ml_monitor.with_series_days(['series_number', 'is_exact', 'slice_key', 'slice_value']) }},

{{ ml_monitor.with_series_rows(
    'scores', ['class_label', 'class_score', 'is_actual'],
    ml_monitor.prediction_logs() | rejectattr('class_scores', 'none')
) }},

listed_scores as (

    select
        series_number,
        class_label,
        class_score,
        cast(count(*) filter (where is_actual) as {{ double }}) as positive_count,
        cast(count(*) filter (where not is_actual) as {{ double }}) as negative_count
    from series_rows
    group by
        series_number,
        class_label,
        class_score
    union all
    select
        series_days.series_number,
        cells.class_label,
        cast(cells.score_cell as {{ double }}) as class_score,
        cast(sum(cells.positive_count) as {{ double }}) as positive_count,
        cast(sum(cells.negative_count) as {{ double }}) as negative_count
    from cells
    inner join series_days
        on
            cells.log_name = series_days.log_name
            and cells.model_id = series_days.model_id
            and cells.model_version = series_days.model_version
            and cells.predicted_date = series_days.predicted_date
            and coalesce(cells.slice_key, '') = coalesce(series_days.slice_key, '')
            and coalesce(cells.slice_value, '') = coalesce(series_days.slice_value, '')
    where not series_days.is_exact
    group by
        series_days.series_number,
        cells.class_label,
        cells.score_cell

),

totals as (

    select
        listed_scores.series_number,
        listed_scores.class_label,
        sum(listed_scores.positive_count) as positive_total,
        windows.labelled_count - sum(listed_scores.positive_count) as negative_total,
        windows.labelled_count - sum(listed_scores.positive_count + listed_scores.negative_count) as unlisted_count,
        windows.is_exact
    from listed_scores
    inner join windows
        on listed_scores.series_number = windows.series_number
    group by
        listed_scores.series_number,
        listed_scores.class_label,
        windows.labelled_count,
        windows.is_exact

),

score_groups as (

    select
        all_scores.series_number,
        all_scores.class_label,
        all_scores.class_score,
        sum(all_scores.positive_count) as positive_count,
        sum(all_scores.negative_count) as negative_count
    from (
        select * from listed_scores
        union all
        /* the lowest score there is: 0, or the first cell */
        select
            totals.series_number,
            totals.class_label,
            case when totals.is_exact then {{ ml_monitor.double_literal('0') }} else 1 end as class_score,
            {{ ml_monitor.double_literal('0') }} as positive_count,
            totals.unlisted_count as negative_count
        from totals
        where totals.unlisted_count > 0
    ) as all_scores
    group by
        all_scores.series_number,
        all_scores.class_label,
        all_scores.class_score

),

cumulated as (

    select
        score_groups.series_number,
        score_groups.class_label,
        score_groups.positive_count,
        score_groups.negative_count,
        sum(score_groups.positive_count) over (
            partition by score_groups.series_number, score_groups.class_label
            order by score_groups.class_score desc nulls last
            rows between unbounded preceding and current row
        ) as positives_above
    from score_groups

),

measured as (

    select
        series_number,
        class_label,
        sum(negative_count * (positives_above - positive_count + positive_count / 2)) as pairs_ranked_right,
        sum(positive_count * negative_count) / 2 as pairs_shared_half
    from cumulated
    group by
        series_number,
        class_label

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    measured.class_label,
    windows.is_exact,
    cast(totals.positive_total as {{ dbt.type_bigint() }}) as positive_count,
    cast(totals.negative_total as {{ dbt.type_bigint() }}) as negative_count,
    {{ ml_monitor.safe_divide('measured.pairs_ranked_right', 'totals.positive_total * totals.negative_total') }} as roc_auc,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.pairs_shared_half', 'totals.positive_total * totals.negative_total') }}
    end as roc_auc_error_bound
from windows
inner join totals
    on windows.series_number = totals.series_number
inner join measured
    on
        totals.series_number = measured.series_number
        and totals.class_label = measured.class_label
