{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_window()) }}
{%- set weighted_logs = [] %}
{%- for log in ml_monitor.prediction_logs() if ml_monitor.has_sample_weights(log) %}
{%- do weighted_logs.append(log) %}
{%- endfor %}
/*
    Grain: log, model, version, window and slice in which both classes occur with a positive sample weight. Weighted AUC,
    the weight of the pairs (positive, negative) that are ranked right, ties one half, over the weight of all pairs, that of
    a pair being the product of its rows'; and average precision. Windows up to the log's exact_row_limit are read row by
    row, the others, and trailing ones, come from 1,000 score cells, with bounds as in int_ml_ranked_windows.
    Standard error of the AUC: DeLong with weights, from each row's placement in the other class, w^2 (placement - mean)^2
    over the squared sum of w, times n / (n - 1) of its class: with equal weights DeLong's. In windows that come from cells
    it is that of the scores rounded to them. Null below two rows of a class, and where no placement differs.
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
        windows.true_positive_count + windows.false_negative_count as positive_count,
        windows.true_negative_count + windows.false_positive_count as negative_count,
        windows.true_positive_weight + windows.false_negative_weight as positive_total,
        windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
        and windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        {{ ml_monitor.window_row_number(['slice_key', 'slice_value']) }} as series_number
    from {{ ref('int_ml_weighted_binary_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.true_positive_count + windows.false_negative_count > 0
        and windows.true_negative_count + windows.false_positive_count > 0

),

outcomes as (

    select * from {{ ref('int_ml_weighted_outcomes') }}
    where task = 'binary_classification'

),

cells as (

    select * from {{ ref('int_ml_weighted_scores_summed') }}

),

{{ ml_monitor.with_series_days(['series_number', 'is_exact', 'slice_key', 'slice_value']) }},

{{ ml_monitor.with_series_rows('outcomes', ['score', 'actual_value', 'weight'], weighted_logs) }},

score_groups as (

    select
        series_number,
        score,
        {%- for class, actual in [('positive', 1), ('negative', 0)] %}
        coalesce(sum(weight) filter (where actual_value = {{ actual }}), 0) as {{ class }}_weight,
        coalesce(sum(weight * weight) filter (where actual_value = {{ actual }}), 0) as {{ class }}_square_weight{{ ',' if not loop.last }}
        {%- endfor %}
    from series_rows
    group by
        series_number,
        score
    union all
    select
        series_days.series_number,
        cast(cells.score_cell as {{ ml_monitor.type_double() }}) as score,
        {%- for class in ['positive', 'negative'] %}
        sum(cells.{{ class }}_weight) as {{ class }}_weight,
        sum(cells.{{ class }}_square_weight) as {{ class }}_square_weight{{ ',' if not loop.last }}
        {%- endfor %}
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
        cells.score_cell

),

/* how much of each class has this score or a higher one */
cumulated as (

    select
        score_groups.*,
        sum(score_groups.positive_weight) over (
            partition by score_groups.series_number
            order by score_groups.score desc nulls last
            rows between unbounded preceding and current row
        ) as positives_above,
        sum(score_groups.negative_weight) over (
            partition by score_groups.series_number
            order by score_groups.score desc nulls last
            rows between unbounded preceding and current row
        ) as negatives_above
    from score_groups

),

/* below the lowest positive there is none: what rounding leaves of the sums is cut off */
counted as (

    select
        cumulated.*,
        cumulated.positives_above - cumulated.positive_weight as positives_before,
        cumulated.negatives_above - cumulated.negative_weight as negatives_before,
        case
            when windows.positive_total - cumulated.positives_above > {{ ml_monitor.double_literal('1e-12') }} * windows.positive_total
                then windows.positive_total - cumulated.positives_above
            else 0
        end as positives_behind
    from cumulated
    inner join windows
        on cumulated.series_number = windows.series_number

),

/* placements counted from the wrong end, which are small where the model is good */
placed as (

    select
        counted.*,
        counted.negatives_before + counted.negative_weight / 2 as positive_placement,
        counted.positives_behind + counted.positive_weight / 2 as negative_placement,
        {{ ml_monitor.safe_divide('counted.positives_above', 'counted.positives_above + counted.negatives_above') }} as reached_precision,
        {{ ml_monitor.safe_divide('counted.positives_above', 'counted.positives_above + counted.negatives_before') }} as best_precision,
        coalesce(
            {{ ml_monitor.safe_divide('counted.positives_before', 'counted.positives_before + counted.negatives_above') }}, 1
        ) as worst_precision
    from counted

),

measured as (

    select
        placed.series_number,
        sum(placed.positive_weight) as positive_total,
        sum(placed.negative_weight) as negative_total,
        sum(placed.positive_weight * placed.negative_weight) / 2 as pairs_shared_half,
        sum(placed.negative_weight * (placed.positives_before + placed.positive_weight / 2)) as pairs_ranked_right,
        {%- for class in ['positive', 'negative'] %}
        sum(placed.{{ class }}_weight * placed.{{ class }}_placement) as {{ class }}_placement_sum,
        sum(placed.{{ class }}_square_weight) as {{ class }}_square_weight,
        sum(placed.{{ class }}_square_weight * placed.{{ class }}_placement) as {{ class }}_product_sum,
        sum(placed.{{ class }}_square_weight * placed.{{ class }}_placement * placed.{{ class }}_placement) as {{ class }}_square_sum,
        {%- endfor %}
        coalesce(sum(placed.positive_weight * placed.reached_precision), 0) as precision_sum,
        coalesce(sum(placed.positive_weight * greatest(
            placed.best_precision - placed.reached_precision, placed.reached_precision - placed.worst_precision
        )) filter (where placed.positive_weight > 0), 0) as precision_reach_sum
    from placed
    group by placed.series_number

),

spread as (

    select
        measured.*,
        measured.positive_total * measured.negative_total as pair_total,
        {%- for class in ['positive', 'negative'] %}
        {{ ml_monitor.weighted_deviation_square_sum(
            'measured.' ~ class ~ '_square_sum', 'measured.' ~ class ~ '_product_sum', 'measured.' ~ class ~ '_square_weight',
            ml_monitor.safe_divide('measured.' ~ class ~ '_placement_sum', 'measured.' ~ class ~ '_total')
        ) }} as {{ class }}_deviation_square_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from measured

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    windows.is_exact,
    {%- set roc_auc = ml_monitor.safe_divide('spread.pairs_ranked_right', 'spread.pair_total') %}
    {{ ml_monitor.clip(roc_auc, '0', '1') }} as roc_auc,
    case when windows.is_exact then 0 else {{ ml_monitor.safe_divide('spread.pairs_shared_half', 'spread.pair_total') }} end as roc_auc_error_bound,
    nullif(
        sqrt(
            {{ ml_monitor.safe_divide('spread.positive_deviation_square_sum * windows.positive_count', 'windows.positive_count - 1') }}
            + {{ ml_monitor.safe_divide('spread.negative_deviation_square_sum * windows.negative_count', 'windows.negative_count - 1') }}
        ), 0
    ) / spread.pair_total as roc_auc_standard_error,
    /* of the smaller class: rows that its weights are worth, by Kish */
    least(
        {{ ml_monitor.safe_divide('spread.positive_total * spread.positive_total', 'spread.positive_square_weight') }},
        {{ ml_monitor.safe_divide('spread.negative_total * spread.negative_total', 'spread.negative_square_weight') }}
    ) - 1 as roc_auc_degrees_of_freedom,
    {%- set average_precision = ml_monitor.safe_divide('spread.precision_sum', 'spread.positive_total') %}
    {{ ml_monitor.clip(average_precision, '0', '1') }} as average_precision,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('spread.precision_reach_sum', 'spread.positive_total') }}
    end as average_precision_error_bound
from windows
inner join spread
    on windows.series_number = spread.series_number
