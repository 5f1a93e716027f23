{#
    A model is not ill: the newest verdict of none of its checks is fail. The rule is the one of rpt_ml_model_health:
    days for data quality, weeks for drift and label maturity, weeks and months for performance, whose newest mature
    window may lie further back; verdicts on drift, quality and maturity count while their window ended less than 14
    days before the last prediction.

    Arguments
      model_id           as in dim_ml_models
      area               drift | performance | maturity | quality; default every area
      model_version      default the newest version
      include_slices     whether a failing slice violates too; default false: a slice alone does not make a model ill
      include_warnings   whether the status warn violates too; default false
      require_verdict    whether a check without a current verdict violates; default false: then the model (and the
                         area) must have one check with a current verdict at least
      accepted_reasons   with require_verdict: the status_reason that are fine, as [few_distinct_values]; default none

    Example
      data_tests:
        - ml_monitor.no_failing_checks:
            arguments: {model_id: demand_forecast, area: quality}

    On failure: the explanation names the check, its value, its limits and the window. Go on as for the test of that
    area: drift_below, metric_within, label_coverage_within, null_share_within, ...
#}
{% test no_failing_checks(model, model_id, area=none, model_version=none, include_slices=false, include_warnings=false,
                          require_verdict=false, accepted_reasons=[]) %}
{%- set text_type = dbt.type_string() -%}
{%- if area is not none and area not in ['drift', 'performance', 'maturity', 'quality'] -%}
    {{ exceptions.raise_compiler_error("ml_monitor.no_failing_checks: unknown area '" ~ area ~ "'; known are drift, performance, maturity, quality") }}
{%- endif -%}
/* One row a check whose newest verdict violates. numerator of denominator checks violate. */
with models as (

    select
        model_id,
        model_version,
        last_predicted_date
    from {{ ref('ml_monitor', 'dim_ml_models') }}
    where
        model_id = {{ ml_monitor._sql_text(model_id) }}
        {%- if model_version is not none %}
        and model_version = {{ ml_monitor._sql_text(model_version) }}
        {%- else %}
        and is_newest_version
        {%- endif %}

),

checks as (

    select
        checks.*,
        models.last_predicted_date,
        checks.status in ('pass', 'warn', 'fail') as has_verdict
    from {{ ref('ml_monitor', 'fct_ml_checks') }} as checks
    inner join models
        on
            checks.model_id = models.model_id
            and checks.model_version = models.model_version
    where
        (
            (checks.area = 'quality' and checks.granularity in ('day', 'lifetime'))
            or (checks.area in ('drift', 'maturity') and checks.granularity = 'week')
            or (checks.area = 'performance' and checks.granularity in ('week', 'month'))
        )
        {%- if area is not none %}
        and checks.area = {{ ml_monitor._sql_text(area) }}
        {%- endif %}
        {%- if not include_slices %}
        and checks.slice_key is null
        {%- endif %}

),

/* the newest verdict of each check; where it has none, its newest window */
ordered as (

    select
        checks.*,
        row_number() over (
            partition by
                checks.area, checks.granularity, checks.slice_key, checks.slice_value, checks.subject,
                checks.feature_name, checks.metric_name
            order by checks.has_verdict desc, checks.window_start desc
        ) as recency
    from checks

),

current_checks as (

    select
        ordered.*,
        ordered.has_verdict
        and (
            ordered.area = 'performance'
            or ordered.granularity = 'lifetime'
            or ordered.window_end > cast(ordered.last_predicted_date - 14 as date)
        ) as is_current
    from ordered
    where ordered.recency = 1

),

described as (

    select
        current_checks.*,
        case when is_current then status else 'not_evaluated' end as current_status,
        case when has_verdict and not is_current then 'no_newer_verdict' else status_reason end as current_reason,
        concat(
            area, ': ', metric_name,
            case when feature_name is not null then concat(' of ', feature_name) else '' end,
            case when slice_key is not null then concat(' where ', slice_key, ' is ', coalesce(slice_value, 'null')) else '' end,
            case
                when granularity = 'lifetime' then ''
                else concat(' in the ', granularity, ' of ', cast(window_start as {{ text_type }}))
            end
        ) as result_text
    from current_checks

),

findings as (

    select
        model_version,
        area,
        granularity,
        window_start,
        window_end,
        slice_key,
        slice_value,
        subject,
        feature_name,
        metric_name,
        metric_value,
        sample_count,
        current_status as status,
        current_reason as status_reason,
        case
            when is_current then concat(
                result_text, ' is ', {{ ml_monitor.plain_number('metric_value') }}, ' (',
                cast(sample_count as {{ text_type }}), ' rows): ', status, ' by the thresholds warn ',
                coalesce(nullif({{ ml_monitor.plain_number('warn_threshold') }}, ''), 'none'), ' and fail ',
                coalesce(nullif({{ ml_monitor.plain_number('fail_threshold') }}, ''), 'none'),
                case
                    when area != 'drift' and reference_value is not null
                        then concat('; reference ', {{ ml_monitor.plain_number('reference_value') }})
                    else ''
                end
            )
            when has_verdict then concat(result_text, ' was the last verdict: there is no newer one')
            else concat(result_text, ' has no verdict, nor has any earlier one: ', status_reason)
        end as explanation
    from described
    where
        current_status in ({{ "'fail', 'warn'" if include_warnings else "'fail'" }})
        {%- if require_verdict %}
        or (
            not is_current
            {%- if accepted_reasons %}
            and current_reason not in ({% for reason in accepted_reasons %}{{ ml_monitor._sql_text(reason) }}{{ ', ' if not loop.last }}{% endfor %})
            {%- endif %}
        )
        {%- endif %}
    union all
    select
        cast(null as {{ text_type }}) as model_version,
        cast(null as {{ text_type }}) as area,
        cast(null as {{ text_type }}) as granularity,
        cast(null as date) as window_start,
        cast(null as date) as window_end,
        cast(null as {{ text_type }}) as slice_key,
        cast(null as {{ text_type }}) as slice_value,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ text_type }}) as metric_name,
        cast(null as {{ ml_monitor.type_double() }}) as metric_value,
        cast(0 as {{ dbt.type_bigint() }}) as sample_count,
        'not_evaluated' as status,
        'missing_result' as status_reason,
        {{ ml_monitor._sql_text(
            'model ' ~ model_id ~ (', version ' ~ model_version if model_version is not none else '') ~ ' has no '
            ~ (area ~ ' check' if area is not none else 'check') ~ ' with a current verdict: is it known to dim_ml_models?'
        ) }} as explanation
    from (
        select count(*) filter (where current_checks.is_current) as verdict_count
        from current_checks
    ) as counted
    where counted.verdict_count = 0

)

select
    {{ ml_monitor._sql_text(model_id) }} as model_id,
    findings.model_version,
    findings.area,
    findings.granularity,
    findings.window_start,
    findings.window_end,
    findings.slice_key,
    findings.slice_value,
    findings.subject,
    findings.feature_name,
    findings.metric_name,
    findings.metric_value,
    findings.sample_count,
    findings.status,
    findings.status_reason,
    count(*) over () as numerator,
    greatest(counted.check_count, 1) as denominator,
    findings.explanation
from findings
cross join (select count(*) as check_count from current_checks) as counted
{% endtest %}
