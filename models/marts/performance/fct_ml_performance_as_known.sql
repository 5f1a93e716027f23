{%- set keys = ['model_id', 'model_version', 'granularity', 'window_start'] %}
{%- set no_count = 'cast(null as ' ~ dbt.type_bigint() ~ ') as window_count' %}
/*
    Grain: model, version, week or month that is over, known_at and metric; all rows, no slices. Each metric of
    fct_ml_performance as it was knowable on a date: from the predictions loaded and the outcomes observed and loaded
    before it, corrected outcomes in the version that was the newest then. Dates: the window's end, every further week
    (weeks) or month (months) up to the setting as_known_periods, the setting as_known_dates, and the as-of moment,
    which is what fct_ml_performance shows. Nothing is judged: that is done once, with all that is known.
    Where a table has no loaded_at, a row is taken as loaded when it happened.
*/
with known_windows as (

    select
        log_name,
        task,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        known_at,
        false as is_current,
        prediction_count,
        labelled_count
    from {{ ref('int_ml_known_windows') }}
    union all
    select
        windows.log_name,
        windows.task,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        cast({{ ml_monitor.as_of() }} as date) as known_at,
        true as is_current,
        windows.prediction_count,
        windows.labelled_count
    from {{ ref('int_ml_window_counts') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    where
        windows.granularity in ('week', 'month')
        and windows.is_complete
        and windows.slice_key is null
        and logs.has_outcomes

),

measured as (

    {%- for task, model, known_at, is_current in [
        ('binary_classification', 'int_ml_known_binary_metrics', 'known_at', 'false'),
        ('binary_classification', 'int_ml_binary_metrics', 'cast(null as date) as known_at', 'true'),
        ('regression', 'int_ml_known_regression_metrics', 'known_at', 'false'),
        ('regression', 'int_ml_regression_metrics', 'cast(null as date) as known_at', 'true'),
        ('multiclass_classification', 'int_ml_multiclass_metrics', 'known_at', 'known_at is null'),
        ('ranking', 'int_ml_ranking_metrics', 'known_at', 'known_at is null'),
    ] if ml_monitor.is_needed(model) %}
    select
        '{{ task }}' as task,
        log_name,
        {{ keys | join(',\n        ') }},
        {{ known_at }},
        {{ is_current }} as is_current,
        metric_name,
        metric_value,
        metric_error_bound,
        sample_count,
        success_count,
        standard_error,
        {%- for limit in ['ci_lower', 'ci_upper'] %}
        {{ 'cast(null as ' ~ ml_monitor.type_double() ~ ') as ' if task == 'ranking' }}{{ limit }},
        {%- endfor %}
        {{ 'window_count' if task == 'ranking' else no_count }}
    from {{ ref(model) }}
    where
        granularity in ('week', 'month')
        and slice_key is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

metrics as (

    select
        measured.task,
        measured.metric_name,
        catalogue.range_lower,
        catalogue.range_upper
    from measured
    inner join {{ ref('dim_ml_metrics') }} as catalogue
        on
            measured.task = catalogue.task
            and measured.metric_name = catalogue.metric_name
    where
        not measured.is_current
        and catalogue.area = 'performance'
    group by
        measured.task,
        measured.metric_name,
        catalogue.range_lower,
        catalogue.range_upper

),

maturity as (

    select * from {{ ref('int_ml_window_maturity') }}

),

reports as (

    select
        known_windows.*,
        metrics.metric_name,
        metrics.range_lower,
        metrics.range_upper,
        measured.metric_value,
        coalesce(measured.metric_error_bound, 0) as metric_error_bound,
        cast(coalesce(measured.sample_count, 0) as {{ dbt.type_bigint() }}) as sample_count,
        measured.success_count,
        measured.standard_error,
        measured.ci_lower,
        measured.ci_upper,
        measured.window_count,
        maturity.is_mature,
        maturity.final_coverage,
        {{ ml_monitor.safe_divide('known_windows.labelled_count', 'known_windows.prediction_count') }} as label_coverage
    from known_windows
    inner join metrics
        on known_windows.task = metrics.task
    inner join maturity
        on
            known_windows.log_name = maturity.log_name
            {%- for key in keys %}
            and known_windows.{{ key }} = maturity.{{ key }}
            {%- endfor %}
    left join measured
        on
            known_windows.log_name = measured.log_name
            {%- for key in keys %}
            and known_windows.{{ key }} = measured.{{ key }}
            {%- endfor %}
            and metrics.metric_name = measured.metric_name
            and known_windows.is_current = measured.is_current
            and known_windows.known_at = coalesce(measured.known_at, known_windows.known_at)

),

first_reports as (

    select
        reports.*,
        min(case when reports.metric_value is not null then reports.known_at end) over of_window as first_reported_at,
        max(case when reports.is_current then reports.metric_value end) over of_window as current_value
    from reports
    window
        of_window as (
            partition by
                reports.model_id, reports.model_version, reports.granularity, reports.window_start, reports.metric_name
        )

),

compared as (

    select
        first_reports.*,
        max(
            case when first_reports.known_at = first_reports.first_reported_at then first_reports.metric_value end
        ) over of_window as first_reported_value,
        {{ ml_monitor.is_mature_coverage('first_reports.label_coverage', 'first_reports.final_coverage') }} as is_final
    from first_reports
    window
        of_window as (
            partition by
                first_reports.model_id, first_reports.model_version, first_reports.granularity, first_reports.window_start,
                first_reports.metric_name
        )

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    known_at,
    cast({{ ml_monitor.days_between('window_end', 'known_at') }} as {{ dbt.type_bigint() }}) as days_since_window_end,
    case
        when is_current then 'current'
        when known_at = first_reported_at then 'first_reported'
        when known_at > first_reported_at then 'later'
        else 'not_yet_known'
    end as report_kind,
    is_final,
    prediction_count,
    labelled_count,
    label_coverage,
    metric_name,
    metric_value,
    metric_error_bound,
    sample_count,
    coalesce(window_count, prediction_count) - sample_count as excluded_count,
    {{ ml_monitor.metric_limit('lower') }} as ci_lower,
    {{ ml_monitor.metric_limit('upper') }} as ci_upper,
    first_reported_at,
    first_reported_value,
    current_value,
    case when is_mature then current_value end as final_value,
    current_value - first_reported_value as restatement,
    'not_evaluated' as status,
    case
        when prediction_count = 0 then 'no_rows'
        when labelled_count = 0 then 'no_labels'
        when not is_final then 'immature_labels'
        when metric_value is null then 'undefined'
        else 'no_threshold'
    end as status_reason
from compared
