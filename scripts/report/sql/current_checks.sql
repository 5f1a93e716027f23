/* The newest verdict of each check that counts today, of the newest version of each model, and since when it is ill.
    The rule is the one of rpt_ml_model_health: days for data quality, weeks for drift and label maturity, weeks and
    months for performance; verdicts on drift and quality count up to two weeks before the last prediction. */
with models as (

    select
        model_id,
        model_version,
        last_predicted_date
    from {marts}.dim_ml_models
    where is_newest_version

),

checks as (

    select
        checks.*,
        models.last_predicted_date,
        concat(
            checks.area, '/', checks.granularity, '/', coalesce(checks.slice_key, ''), '=',
            coalesce(checks.slice_value, ''), '/', coalesce(checks.subject, ''), '/',
            coalesce(checks.feature_name, ''), '/', checks.metric_name
        ) as series_id
    from {marts}.fct_ml_checks as checks
    inner join models
        on
            checks.model_id = models.model_id
            and checks.model_version = models.model_version
    where
        checks.status in ('pass', 'warn', 'fail')
        and (
            (checks.area = 'quality' and checks.granularity in ('day', 'lifetime'))
            or (checks.area in ('drift', 'maturity') and checks.granularity = 'week')
            or (checks.area = 'performance' and checks.granularity in ('week', 'month'))
        )

),

ordered as (

    select
        checks.*,
        row_number() over (partition by model_id, series_id order by window_start desc) as recency,
        max(case when status = 'pass' then window_start end) over (partition by model_id, series_id) as last_pass_start
    from checks

),

since as (

    select
        model_id,
        series_id,
        min(window_start) as ill_since
    from ordered
    where
        status in ('warn', 'fail')
        and (last_pass_start is null or window_start > last_pass_start)
    group by
        model_id,
        series_id

),

comparisons as (

    select
        model_id,
        metric_name,
        max(comparison) as comparison
    from {marts}.dim_ml_thresholds
    group by
        model_id,
        metric_name

)

select
    ordered.model_id,
    ordered.area,
    ordered.granularity,
    ordered.window_start,
    ordered.window_end,
    ordered.slice_key,
    ordered.slice_value,
    ordered.subject,
    ordered.feature_name,
    ordered.metric_name,
    ordered.metric_value,
    ordered.sample_count,
    ordered.reference_value,
    coalesce(comparisons.comparison, 'value') as comparison,
    ordered.warn_threshold,
    ordered.fail_threshold,
    ordered.status,
    case
        when ordered.slice_key is not null and ordered.status = 'fail' then 'warn'
        else ordered.status
    end as counts_as,
    since.ill_since
from ordered
left join since
    on
        ordered.model_id = since.model_id
        and ordered.series_id = since.series_id
left join comparisons
    on
        ordered.model_id = comparisons.model_id
        and ordered.metric_name = comparisons.metric_name
where
    ordered.recency = 1
    and (
        ordered.area = 'performance'
        or ordered.granularity = 'lifetime'
        or ordered.window_end > cast(ordered.last_predicted_date - 14 as date)
    )
