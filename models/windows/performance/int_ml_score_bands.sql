{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window (week, month, reference, lifetime), slice, banding and band. Labelled scores in ten
    bands of about as many rows each. Equal scores are never parted, so that a band is a range of scores and its rows can
    be found again:
      quantile  ascending, the bins of scikit-learn's calibration_curve(strategy='quantile'): a score is in the bin above
                the k-th decile (linear interpolation) where it is larger. With r rows below it of n that is k (n - 1) < 10 r.
      gains     descending: ties are in the band of their first row, 1 + floor(10 a / n) with a rows above.
    Windows over the exact_row_limit have 1,000 score cells instead of scores: their bands end where cells end.
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
        cast(windows.labelled_count as {{ ml_monitor.type_double() }}) as labelled_total,
        windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        {{ ml_monitor.window_row_number(['slice_key', 'slice_value']) }} as series_number
    from {{ ref('int_ml_binary_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.granularity in ('week', 'month', 'reference', 'lifetime')
        and windows.labelled_count > 0

),

{{ ml_monitor.with_score_groups() }},

ranked as (

    select
        score_groups.series_number,
        score_groups.score,
        score_groups.positive_count,
        score_groups.positive_count + score_groups.negative_count as labelled_count,
        score_groups.score_sum,
        sum(score_groups.positive_count + score_groups.negative_count) over (
            partition by score_groups.series_number
            order by score_groups.score asc nulls last
            rows between unbounded preceding and current row
        ) as rows_to_here
    from score_groups

),

banded as (

    select
        ranked.series_number,
        ranked.positive_count,
        ranked.labelled_count,
        ranked.score_sum,
        case when windows.is_exact then ranked.score else (ranked.score - 1) / 1000 end as score_minimum,
        case when windows.is_exact then ranked.score else ranked.score / 1000 end as score_maximum,
        case
            when ranked.rows_to_here = ranked.labelled_count then 1
            else ceil({{ ml_monitor.safe_divide('10 * (ranked.rows_to_here - ranked.labelled_count)', 'windows.labelled_total - 1') }})
        end as quantile_band,
        1 + floor({{ ml_monitor.safe_divide('10 * (windows.labelled_total - ranked.rows_to_here)', 'windows.labelled_total') }}) as gains_band
    from ranked
    inner join windows
        on ranked.series_number = windows.series_number

),

bands as (
    {% for banding in ['quantile', 'gains'] %}
    select
        series_number,
        '{{ banding }}' as banding,
        cast({{ banding }}_band as int) as band_number,
        sum(positive_count) as positive_count,
        sum(labelled_count) as labelled_count,
        sum(score_sum) as score_sum,
        min(score_minimum) as score_minimum,
        max(score_maximum) as score_maximum
    from banded
    group by
        series_number,
        {{ banding }}_band
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    bands.banding,
    bands.band_number,
    windows.is_exact,
    cast(bands.labelled_count as {{ dbt.type_bigint() }}) as labelled_count,
    cast(bands.positive_count as {{ dbt.type_bigint() }}) as positive_count,
    bands.score_sum,
    bands.score_minimum,
    bands.score_maximum
from bands
inner join windows
    on bands.series_number = windows.series_number
