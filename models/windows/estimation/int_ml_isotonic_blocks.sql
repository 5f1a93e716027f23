/*
    Grain: log, model, version, class and block. Isotonic regression of the outcome on the score over the labelled rows of
    the reference (least squares, non-decreasing: Barlow et al. 1972; scikit-learn's IsotonicRegression): each block is a
    range of scores with one calibrated probability, the rate of its positives. Binary models have class 1; multiclass
    models are fitted for each class against the rest. Equal scores are one point; a reference with more labelled rows
    than the log's exact_row_limit gives a point for each of 1,000 score cells. None where the reference has only rows of
    the class, or only others.
*/
with scores as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        '1' as class_label,
        score,
        score_cell,
        actual_value
    from {{ ref('int_ml_scores_celled') }}
    {%- if ml_monitor.is_needed('int_ml_class_scores_celled') %}
    union all
    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        class_label,
        cast(class_score as {{ ml_monitor.type_double() }}) as score,
        score_cell,
        cast(case when is_actual then 1 else 0 end as {{ ml_monitor.type_double() }}) as actual_value
    from {{ ref('int_ml_class_scores_celled') }}
    where superseded_date is null
    {%- endif %}

),

labelled as (

    select
        scores.log_name,
        scores.model_id,
        scores.model_version,
        scores.class_label,
        scores.score,
        scores.score_cell,
        scores.actual_value
    from scores
    inner join {{ ref('int_ml_reference_days') }} as reference_days
        on
            scores.log_name = reference_days.log_name
            and scores.model_id = reference_days.model_id
            and scores.model_version = reference_days.model_version
            and scores.predicted_date = reference_days.predicted_date

),

series as (

    select
        labelled.log_name,
        labelled.model_id,
        labelled.model_version,
        labelled.class_label,
        count(*) <= coalesce(max(logs.exact_row_limit), count(*)) as is_exact,
        row_number() over (
            order by labelled.log_name asc, labelled.model_id asc, labelled.model_version asc, labelled.class_label asc
        ) as series_number
    from labelled
    inner join {{ ref('int_ml_logs') }} as logs
        on labelled.log_name = logs.log_name
    group by
        labelled.log_name,
        labelled.model_id,
        labelled.model_version,
        labelled.class_label
    having min(labelled.actual_value) < max(labelled.actual_value)

),

score_groups as (

    select
        series.series_number,
        case when series.is_exact then labelled.score else labelled.score_cell end as score_group,
        min(labelled.score) as first_score,
        max(labelled.score) as last_score,
        cast(count(*) as {{ ml_monitor.type_double() }}) as row_count,
        sum(labelled.actual_value) as positive_count
    from labelled
    inner join series
        on
            labelled.log_name = series.log_name
            and labelled.model_id = series.model_id
            and labelled.model_version = series.model_version
            and labelled.class_label = series.class_label
    group by
        series.series_number,
        case when series.is_exact then labelled.score else labelled.score_cell end

),

cumulated as (

    select
        series_number,
        first_score,
        last_score,
        row_count,
        positive_count,
        row_number() over ascending as point_number,
        sum(row_count) over ascending as x,
        sum(positive_count) over ascending as y
    from score_groups
    window
        ascending as (
            partition by series_number
            order by score_group asc
            rows between unbounded preceding and current row
        )

),

points as (

    select
        series_number,
        point_number,
        x,
        y
    from cumulated
    union all
    select
        series_number,
        0 as point_number,
        cast(0 as {{ ml_monitor.type_double() }}) as x,
        cast(0 as {{ ml_monitor.type_double() }}) as y
    from series

),

{{ ml_monitor.with_convex_hull('points') }},

/* a block ends at a vertex */
placed as (

    select
        cumulated.series_number,
        cumulated.first_score,
        cumulated.last_score,
        cumulated.row_count,
        cumulated.positive_count,
        min(hull.point_number) over (
            partition by cumulated.series_number
            order by cumulated.point_number desc
            rows between unbounded preceding and current row
        ) as block_end
    from cumulated
    left join hull
        on
            cumulated.series_number = hull.series_number
            and cumulated.point_number = hull.point_number

)

select
    series.log_name,
    series.model_id,
    series.model_version,
    series.class_label,
    row_number() over (partition by placed.series_number order by placed.block_end asc) as block_number,
    min(placed.first_score) as first_score,
    max(placed.last_score) as last_score,
    cast(sum(placed.row_count) as {{ dbt.type_bigint() }}) as labelled_count,
    cast(sum(placed.positive_count) as {{ dbt.type_bigint() }}) as positive_count,
    sum(placed.positive_count) / sum(placed.row_count) as calibrated_score
from placed
inner join series
    on placed.series_number = series.series_number
group by
    series.log_name,
    series.model_id,
    series.model_version,
    series.class_label,
    placed.series_number,
    placed.block_end
