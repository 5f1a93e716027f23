{#
    Nothing that should be checked is missing: every check that the declaration, the thresholds and the calendar call
    for has a row with a result, evaluated or not. A monitor that fell silent looks like health; this test tells them
    apart.

    Arguments
      model_id           one model, every version of it; default none: all models, and every declared log must have
                         one

    Example
      models:
        - name: my_model
          data_tests:
            - ml_monitor.every_expected_check_has_result

    On failure: missing_result names a mart that skipped a window or a feature: build all of ml_monitor again (dbt
    build --select package:ml_monitor). no_prediction names a declared log, or a model, without one accepted
    prediction: its table is empty, or every row is in fct_ml_rejected_rows. no_check names a model that has no check.
#}
{% test every_expected_check_has_result(model, model_id=none) %}
{%- set text_type = dbt.type_string() -%}
/* One row a check, model or log without a result. numerator of denominator are missing. */
with models as (

    select
        log_name,
        model_id,
        model_version
    from {{ ref('ml_monitor', 'dim_ml_models') }}
    {%- if model_id is not none %}
    where model_id = {{ ml_monitor._sql_text(model_id) }}
    {%- endif %}

),

checks as (

    select * from {{ ref('ml_monitor', 'fct_ml_checks') }}
    {%- if model_id is not none %}
    where model_id = {{ ml_monitor._sql_text(model_id) }}
    {%- endif %}

),

checked_models as (

    select
        model_id,
        model_version
    from checks
    group by
        model_id,
        model_version

),

findings as (

    select
        model_id,
        model_version,
        area,
        granularity,
        window_start,
        window_end,
        subject,
        feature_name,
        metric_name,
        status_reason,
        concat(
            area, ': ', metric_name, case when feature_name is not null then concat(' of ', feature_name) else '' end,
            ' of ', model_id, ' (version ', model_version, ') has no result for the ', granularity, ' of ',
            cast(window_start as {{ text_type }})
        ) as explanation
    from checks
    where not has_result
    union all
    select
        models.model_id,
        models.model_version,
        cast(null as {{ text_type }}) as area,
        cast(null as {{ text_type }}) as granularity,
        cast(null as date) as window_start,
        cast(null as date) as window_end,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ text_type }}) as metric_name,
        'no_check' as status_reason,
        concat(models.model_id, ' (version ', models.model_version, ') has no check at all') as explanation
    from models
    left join checked_models
        on
            models.model_id = checked_models.model_id
            and models.model_version = checked_models.model_version
    where checked_models.model_id is null
    union all
    {%- if model_id is not none %}
    select
        {{ ml_monitor._sql_text(model_id) }} as model_id,
        cast(null as {{ text_type }}) as model_version,
        cast(null as {{ text_type }}) as area,
        cast(null as {{ text_type }}) as granularity,
        cast(null as date) as window_start,
        cast(null as date) as window_end,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ text_type }}) as metric_name,
        'no_prediction' as status_reason,
        {{ ml_monitor._sql_text('model ' ~ model_id ~ ' has no accepted prediction: is its name written as in dim_ml_models?') }} as explanation
    from (select count(*) as model_count from models) as counted
    where counted.model_count = 0
    {%- else %}
    select
        cast(null as {{ text_type }}) as model_id,
        cast(null as {{ text_type }}) as model_version,
        cast(null as {{ text_type }}) as area,
        cast(null as {{ text_type }}) as granularity,
        cast(null as date) as window_start,
        cast(null as date) as window_end,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ text_type }}) as metric_name,
        'no_prediction' as status_reason,
        concat('the declared log ', logs.log_name, ' has no accepted prediction') as explanation
    from {{ ref('ml_monitor', 'int_ml_logs') }} as logs
    left join models
        on logs.log_name = models.log_name
    where models.log_name is null
    {%- endif %}

)

select
    findings.model_id,
    findings.model_version,
    findings.area,
    findings.granularity,
    findings.window_start,
    findings.window_end,
    findings.subject,
    findings.feature_name,
    findings.metric_name,
    findings.status_reason,
    count(*) over () as numerator,
    greatest(counted.check_count, count(*) over ()) as denominator,
    findings.explanation
from findings
cross join (select count(*) as check_count from checks) as counted
{% endtest %}
