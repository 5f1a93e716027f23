/*
    Grain: model (its newest version). One status and one plain sentence, from the newest verdict of each check: days
    for data quality, weeks for drift and label maturity, weeks and months for performance, whose newest mature window
    may lie further back. Verdicts on drift and quality count while they are not older than two weeks before the last
    prediction. A slice alone makes a model warn, not fail.
*/
with models as (

    select * from {{ ref('dim_ml_models') }}
    where is_newest_version

),

checks as (

    select
        checks.*,
        concat(
            checks.area, '/', checks.granularity, '/', coalesce(checks.slice_key, ''), '=',
            coalesce(checks.slice_value, ''), '/', coalesce(checks.subject, ''), '/',
            coalesce(checks.feature_name, ''), '/', checks.metric_name
        ) as series_id
    from {{ ref('fct_ml_checks') }} as checks
    inner join models
        on
            checks.model_id = models.model_id
            and checks.model_version = models.model_version
    where
        (checks.area = 'quality' and checks.granularity in ('day', 'lifetime'))
        or (checks.area in ('drift', 'maturity') and checks.granularity = 'week')
        or (checks.area = 'performance' and checks.granularity in ('week', 'month'))

),

/* the newest window of each check that got a verdict */
newest as (

    select
        checks.*,
        row_number() over (
            partition by checks.model_id, checks.series_id
            order by checks.window_start desc
        ) as recency
    from checks
    where checks.status in ('pass', 'warn', 'fail')

),

current_checks as (

    select
        newest.*,
        case
            when newest.slice_key is not null and newest.status = 'fail' then 'warn'
            else newest.status
        end as model_status
    from newest
    inner join models
        on newest.model_id = models.model_id
    where
        newest.recency = 1
        and (
            newest.area = 'performance'
            or newest.granularity = 'lifetime'
            or newest.window_end > cast(models.last_predicted_date - 14 as date)
        )

),

last_passes as (

    select
        current_checks.model_id,
        current_checks.series_id,
        max(checks.window_start) as last_pass_start
    from current_checks
    inner join checks
        on
            current_checks.model_id = checks.model_id
            and current_checks.series_id = checks.series_id
            and checks.status = 'pass'
    group by
        current_checks.model_id,
        current_checks.series_id

),

/* since when: the first bad window after the last good one */
problems as (

    select
        current_checks.model_id,
        current_checks.series_id,
        min(checks.window_start) as ill_since
    from current_checks
    inner join checks
        on
            current_checks.model_id = checks.model_id
            and current_checks.series_id = checks.series_id
            and checks.status in ('warn', 'fail')
    left join last_passes
        on
            current_checks.model_id = last_passes.model_id
            and current_checks.series_id = last_passes.series_id
    where
        current_checks.status in ('warn', 'fail')
        and (last_passes.last_pass_start is null or checks.window_start > last_passes.last_pass_start)
    group by
        current_checks.model_id,
        current_checks.series_id

),

ranked_problems as (

    select
        current_checks.*,
        problems.ill_since,
        row_number() over (
            partition by current_checks.model_id
            order by
                case current_checks.model_status when 'fail' then 1 else 2 end asc,
                case when current_checks.slice_key is null then 1 else 2 end asc,
                case current_checks.status when 'fail' then 1 else 2 end asc,
                case current_checks.area when 'performance' then 1 when 'drift' then 2 when 'quality' then 3 else 4 end asc,
                case when current_checks.area = 'drift' then current_checks.metric_value end desc nulls last,
                current_checks.window_start desc, current_checks.series_id asc
        ) as problem_rank
    from current_checks
    inner join problems
        on
            current_checks.model_id = problems.model_id
            and current_checks.series_id = problems.series_id

),

counted as (

    select
        model_id,
        count(*) filter (where model_status = 'fail') as failing_check_count,
        count(*) filter (where model_status = 'warn') as warning_check_count,
        count(*) filter (where model_status = 'pass') as passing_check_count
    from current_checks
    group by model_id

),

worded as (

    select
        models.*,
        coalesce(counted.failing_check_count, 0) as failing_check_count,
        coalesce(counted.warning_check_count, 0) as warning_check_count,
        coalesce(counted.passing_check_count, 0) as passing_check_count,
        ranked_problems.area as worst_area,
        ranked_problems.metric_name as worst_metric_name,
        ranked_problems.feature_name as worst_feature_name,
        ranked_problems.slice_key as worst_slice_key,
        ranked_problems.slice_value as worst_slice_value,
        ranked_problems.metric_value as worst_metric_value,
        ranked_problems.reference_value as worst_reference_value,
        ranked_problems.fail_threshold as worst_fail_threshold,
        ranked_problems.granularity as worst_granularity,
        ranked_problems.window_start as worst_window_start,
        ranked_problems.ill_since,
        case
            when counted.failing_check_count > 0 then 'fail'
            when counted.warning_check_count > 0 then 'warn'
            when counted.passing_check_count > 0 then 'pass'
            else 'not_evaluated'
        end as status
    from models
    left join counted
        on models.model_id = counted.model_id
    left join ranked_problems
        on
            models.model_id = ranked_problems.model_id
            and ranked_problems.problem_rank = 1

),

phrased as (

    select
        worded.*,
        concat(
            case worded.worst_metric_name
                when 'psi' then 'drift (PSI)'
                when 'row_count' then 'number of predictions'
                when 'days_since_last_prediction' then 'days since the last prediction'
                when 'label_coverage' then 'share of predictions with an outcome'
                else replace(worded.worst_metric_name, '_', ' ')
            end,
            case when worded.worst_feature_name is not null then concat(' of ', worded.worst_feature_name) else '' end,
            case
                when worded.worst_slice_key is not null
                    then concat(' where ', worded.worst_slice_key, ' is ', worded.worst_slice_value)
                else ''
            end,
            ' is ', {{ ml_monitor.plain_number('worded.worst_metric_value') }},
            case
                when worded.worst_area = 'drift' then concat(' against a limit of ', {{ ml_monitor.plain_number('worded.worst_fail_threshold') }})
                when worded.worst_reference_value is not null then concat(', usually ', {{ ml_monitor.plain_number('worded.worst_reference_value') }})
                else ''
            end,
            ' (', worded.worst_granularity, ' of ', cast(worded.worst_window_start as {{ dbt.type_string() }}), '), bad since ',
            cast(worded.ill_since as {{ dbt.type_string() }})
        ) as worst_phrase
    from worded

)

select
    model_id,
    model_version,
    model_name,
    owner,
    tier,
    task,
    last_predicted_date,
    status,
    concat(
        model_name, ' (version ', model_version, ') ',
        case status
            when 'fail' then concat('is ill: ', worst_phrase, '.')
            when 'warn' then concat('needs a look: ', worst_phrase, '.')
            when 'pass' then concat('is healthy: all ', cast(passing_check_count as {{ dbt.type_string() }}), ' current checks pass.')
            else 'could not be judged: no check has a verdict yet.'
        end,
        case
            when failing_check_count + warning_check_count > 1
                then concat(
                    ' In all ', cast(failing_check_count as {{ dbt.type_string() }}), ' checks fail and ',
                    cast(warning_check_count as {{ dbt.type_string() }}), ' warn, ',
                    cast(passing_check_count as {{ dbt.type_string() }}), ' pass.'
                )
            else ''
        end
    ) as health_sentence,
    ill_since,
    cast(failing_check_count as {{ dbt.type_bigint() }}) as failing_check_count,
    cast(warning_check_count as {{ dbt.type_bigint() }}) as warning_check_count,
    cast(passing_check_count as {{ dbt.type_bigint() }}) as passing_check_count,
    worst_area,
    worst_metric_name,
    worst_feature_name,
    worst_slice_key,
    worst_slice_value,
    worst_metric_value
from phrased
