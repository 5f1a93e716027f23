{#
    What needs the order of the scores, as the last CTEs and the select of a statement: AUC with its standard error, KS separation
    and average precision with their error bounds. In: the CTE `windows`, a row a series_number with its keys, positive_total,
    negative_total, pair_total and is_exact, and the CTE `score_groups`, positive_count and negative_count of each score (or cell)
    of a series. more_keys: keys of a window beside the usual ones, as known_at.
#}
{% macro ranked_statistics(more_keys=[]) -%}
/* how many of each class have this score or a higher one */
cumulated as (

    select
        score_groups.series_number,
        score_groups.positive_count,
        score_groups.negative_count,
        sum(score_groups.positive_count) over (
            partition by score_groups.series_number
            order by score_groups.score desc nulls last
            rows between unbounded preceding and current row
        ) as positives_above,
        sum(score_groups.negative_count) over (
            partition by score_groups.series_number
            order by score_groups.score desc nulls last
            rows between unbounded preceding and current row
        ) as negatives_above
    from score_groups

),

measured as (

    select
        cumulated.series_number,
        sum(
            cumulated.negative_count
            * (cumulated.positives_above - cumulated.positive_count + cumulated.positive_count / 2)
        ) as pairs_ranked_right,
        /* placements counted from the wrong end, which are small where the model is good: nothing cancels */
        sum(cumulated.positive_count * (cumulated.negatives_above - cumulated.negative_count / 2)) as positive_placement_sum,
        sum(cumulated.positive_count * power(cumulated.negatives_above - cumulated.negative_count / 2, 2)) as positive_placement_square_sum,
        sum(
            cumulated.negative_count * (windows.positive_total - cumulated.positives_above + cumulated.positive_count / 2)
        ) as negative_placement_sum,
        sum(
            cumulated.negative_count * power(windows.positive_total - cumulated.positives_above + cumulated.positive_count / 2, 2)
        ) as negative_placement_square_sum,
        sum(cumulated.positive_count * cumulated.negative_count) / 2 as pairs_shared_half,
        max(abs(
            cumulated.positives_above / windows.positive_total - cumulated.negatives_above / windows.negative_total
        )) as ks_separation,
        max(greatest(
            cumulated.positive_count / windows.positive_total, cumulated.negative_count / windows.negative_total
        )) as largest_cell_share,
        sum(
            cumulated.positive_count
            * cumulated.positives_above / (cumulated.positives_above + cumulated.negatives_above)
        ) as precision_sum,
        sum(cumulated.positive_count * greatest(
            cumulated.positives_above
            / (cumulated.positives_above + cumulated.negatives_above - least(cumulated.negative_count, cumulated.negatives_above))
            - cumulated.positives_above / (cumulated.positives_above + cumulated.negatives_above),
            cumulated.positives_above / (cumulated.positives_above + cumulated.negatives_above)
            - (cumulated.positives_above - cumulated.positive_count + 1)
            / (cumulated.positives_above - cumulated.positive_count + 1 + cumulated.negatives_above)
        )) filter (where cumulated.positive_count > 0) as precision_reach_sum
    from cumulated
    inner join windows
        on cumulated.series_number = windows.series_number
    group by cumulated.series_number

),

placed as (

    select
        measured.series_number,
        {{ ml_monitor.safe_divide('measured.pairs_ranked_right', 'windows.pair_total') }} as roc_auc,
        {%- for class in ['positive', 'negative'] %}
        {%- set total = 'windows.' ~ class ~ '_total' %}
        {%- set placements = 'measured.' ~ class ~ '_placement_sum' %}
        /* of the mean of the class's placements, as a share of the pairs */
        greatest(measured.{{ class }}_placement_square_sum - {{ placements }} * ({{ placements }} / {{ total }}), 0)
        * {{ total }} / nullif({{ total }} - 1, 0) / power(windows.pair_total, 2) as {{ class }}_variance{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    inner join windows
        on measured.series_number = windows.series_number

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    {%- for key in more_keys %}
    windows.{{ key }},
    {%- endfor %}
    windows.slice_key,
    windows.slice_value,
    windows.is_exact,
    windows.positive_total as positive_count,
    windows.negative_total as negative_count,
    placed.roc_auc,
    case
        when windows.is_exact then 0
        else {{ ml_monitor.safe_divide('measured.pairs_shared_half', 'windows.pair_total') }}
    end as roc_auc_error_bound,
    case
        when windows.is_exact then sqrt(nullif(placed.positive_variance + placed.negative_variance, 0))
        when windows.positive_total > 1 and windows.negative_total > 1
            then nullif({{ ml_monitor.auc_standard_error('placed.roc_auc', 'windows.positive_total', 'windows.negative_total') }}, 0)
    end as roc_auc_standard_error,
    measured.ks_separation,
    case when windows.is_exact then 0 else measured.largest_cell_share end as ks_separation_error_bound,
    measured.precision_sum / windows.positive_total as average_precision,
    case
        when windows.is_exact then 0
        else measured.precision_reach_sum / windows.positive_total
    end as average_precision_error_bound
from windows
inner join measured
    on windows.series_number = measured.series_number
inner join placed
    on windows.series_number = placed.series_number
{%- endmacro %}
