/*
    Grain: model, version, window, slice, subject, feature and metric that has thresholds. Every verdict of every area,
    held against the index of checks that must have one: where the result is missing, the check is here with status
    not_evaluated and reason missing_result.
*/
{%- set areas = [
    ('drift', 'fct_ml_drift', 'subject', 'feature_name'),
    ('performance', 'fct_ml_performance', none, none),
    ('maturity', 'fct_ml_label_maturity', none, none),
    ('quality', 'fct_ml_data_quality', 'subject', 'feature_name'),
] %}
with results as (

    {%- for area, mart, subject, feature_name in areas %}
    select
        '{{ area }}' as area,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        slice_key,
        slice_value,
        {{ subject or 'cast(null as ' ~ dbt.type_string() ~ ') as subject' }},
        {{ feature_name or 'cast(null as ' ~ dbt.type_string() ~ ') as feature_name' }},
        metric_name,
        metric_value,
        sample_count,
        reference_value,
        p_value,
        q_value,
        warn_threshold,
        fail_threshold,
        status,
        status_reason
    from {{ ref(mart) }}
    where
        status_reason != 'no_threshold'
        and granularity != 'reference'
        and (granularity != 'lifetime' or metric_name = 'days_since_last_prediction')
        {%- if area == 'drift' %}
        and baseline_name = 'reference'
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

expected as (

    select * from {{ ref('int_ml_checks_expected') }}

),

missing as (

    select
        expected.area,
        expected.model_id,
        expected.model_version,
        expected.granularity,
        expected.window_start,
        expected.window_end,
        expected.subject,
        expected.feature_name,
        expected.metric_name
    from expected
    left join results
        on
            expected.area = results.area
            and expected.model_id = results.model_id
            and expected.model_version = results.model_version
            and expected.granularity = results.granularity
            and expected.window_start = results.window_start
            /* not `is null`: DuckDB 2.0 loses such a condition when it makes this an anti join */
            and coalesce(results.slice_key, '') = ''
            and coalesce(expected.subject, '') = coalesce(results.subject, '')
            and coalesce(expected.feature_name, '') = coalesce(results.feature_name, '')
            and expected.metric_name = results.metric_name
    where results.metric_name is null

),

checks as (

    select
        results.*,
        true as has_result
    from results
    union all
    select
        missing.area,
        missing.model_id,
        missing.model_version,
        missing.granularity,
        missing.window_start,
        missing.window_end,
        cast(null as {{ dbt.type_string() }}) as slice_key,
        cast(null as {{ dbt.type_string() }}) as slice_value,
        missing.subject,
        missing.feature_name,
        missing.metric_name,
        cast(null as {{ ml_monitor.type_double() }}) as metric_value,
        cast(0 as {{ dbt.type_bigint() }}) as sample_count,
        cast(null as {{ ml_monitor.type_double() }}) as reference_value,
        cast(null as {{ ml_monitor.type_double() }}) as p_value,
        cast(null as {{ ml_monitor.type_double() }}) as q_value,
        cast(null as {{ ml_monitor.type_double() }}) as warn_threshold,
        cast(null as {{ ml_monitor.type_double() }}) as fail_threshold,
        'not_evaluated' as status,
        'missing_result' as status_reason,
        false as has_result
    from missing

)

select
    md5(concat(
        checks.area, '|', checks.model_id, '|', checks.model_version, '|', checks.granularity, '|',
        cast(checks.window_start as {{ dbt.type_string() }}), '|', coalesce(checks.slice_key, ''), '|',
        coalesce(checks.slice_value, ''), '|', coalesce(checks.subject, ''), '|', coalesce(checks.feature_name, ''),
        '|', checks.metric_name
    )) as check_id,
    checks.model_id,
    checks.model_version,
    checks.granularity,
    checks.window_start,
    checks.window_end,
    checks.slice_key,
    checks.slice_value,
    checks.area,
    checks.subject,
    checks.feature_name,
    checks.metric_name,
    checks.metric_value,
    checks.sample_count,
    checks.reference_value,
    checks.p_value,
    checks.q_value,
    checks.warn_threshold,
    checks.fail_threshold,
    checks.status,
    checks.status_reason,
    checks.has_result
from checks
