{#
    The rows that a test over the windows of one model returns. The public tests beside this file say what is judged;
    here it is said over which windows, and what becomes of results that are missing or have no verdict.
      mart             the mart that holds the results
      scope            which results: model_id, metric_name, granularity, last_windows, and by need model_version
                       (none = the newest), slice_key and slice_value (none = all rows), subject, feature_name,
                       baseline_name
      verdict          how to treat verdicts: include_warnings, require_verdict, accepted_reasons, min_sample_count
      breach           SQL condition of a violation, over the columns of `selected` below; none = the mart's own
                       status
      limit_text       SQL text for the explanation, with what the limit is; none = the thresholds of the policy
      judged_if        SQL condition without which `breach` says nothing, beside a value and enough rows
      counted_if       SQL condition of a window over the columns of the mart: others are passed over and not counted
      complete_only    whether windows that are not over yet are left out
      hint             what an explanation adds where there is nothing to judge at all
#}
{% macro _violating_windows(mart, scope, verdict, breach=none, limit_text=none, judged_if=none, counted_if='true',
                            complete_only=true, hint='') -%}
    {%- set text_type = dbt.type_string() -%}
    {%- set has_subject = mart in ['fct_ml_drift', 'fct_ml_data_quality'] -%}
    {%- set has_maturity = mart == 'fct_ml_performance' -%}
    {%- set last_windows = scope.last_windows | int -%}
    {%- if last_windows < 1 -%}
        {{ exceptions.raise_compiler_error('ml_monitor: last_windows is ' ~ scope.last_windows ~ '; it must be 1 or more') }}
    {%- endif -%}
    {%- if scope.slice_value is not none and scope.slice_value is defined and not scope.slice_key -%}
        {{ exceptions.raise_compiler_error("ml_monitor: slice_value '" ~ scope.slice_value ~ "' needs a slice_key") }}
    {%- endif -%}
    {%- set wanted = [] -%}
    {%- for column in ['subject', 'feature_name', 'baseline_name', 'slice_key', 'slice_value'] if scope[column] is defined and scope[column] is not none -%}
        {%- do wanted.append('results.' ~ column ~ ' = ' ~ ml_monitor._sql_text(scope[column])) -%}
    {%- endfor -%}
    {%- if not scope.slice_key -%}
        {%- do wanted.append('results.slice_key is null') -%}
    {%- endif -%}
    {%- set subject_text = scope.metric_name ~ (' of ' ~ scope.feature_name if scope.feature_name else (' of the ' ~ scope.subject if scope.subject else ''))
        ~ (' where ' ~ scope.slice_key ~ ' is ' ~ (scope.slice_value if scope.slice_value is not none else 'any value') if scope.slice_key else '') -%}
/* One row a result that violates the test; no row, no violation. numerator of denominator results violate. */
with models as (

    select
        model_id,
        model_version
    from {{ ref('ml_monitor', 'dim_ml_models') }}
    where
        model_id = {{ ml_monitor._sql_text(scope.model_id) }}
        {%- if scope.model_version is not none %}
        and model_version = {{ ml_monitor._sql_text(scope.model_version) }}
        {%- else %}
        and is_newest_version
        {%- endif %}

),

thresholds as (

    select * from {{ ref('ml_monitor', 'dim_ml_thresholds') }}
    where
        model_id = {{ ml_monitor._sql_text(scope.model_id) }}
        and metric_name = {{ ml_monitor._sql_text(scope.metric_name) }}

),

results as (

    select
        mart.model_id,
        mart.model_version,
        mart.granularity,
        mart.window_start,
        mart.window_end,
        mart.slice_key,
        mart.slice_value,
        mart.baseline_name,
        {{ 'mart.subject' if has_subject else 'cast(null as ' ~ text_type ~ ') as subject' }},
        {{ 'mart.feature_name' if has_subject else 'cast(null as ' ~ text_type ~ ') as feature_name' }},
        mart.metric_name,
        mart.metric_value,
        mart.sample_count,
        mart.reference_value,
        mart.ci_lower,
        mart.ci_upper,
        mart.p_value,
        mart.q_value,
        mart.warn_threshold,
        mart.fail_threshold,
        {{ 'mart.is_mature' if has_maturity else 'true as is_mature' }},
        mart.status,
        mart.status_reason,
        {{ counted_if }} as is_counted
    from {{ ref('ml_monitor', mart) }} as mart
    inner join models
        on
            mart.model_id = models.model_id
            and mart.model_version = models.model_version
    where
        mart.granularity = {{ ml_monitor._sql_text(scope.granularity) }}
        {%- if complete_only %}
        and mart.is_complete
        {%- endif %}

),

windows as (

    select
        window_start,
        window_end,
        is_counted,
        row_number() over (order by window_start desc, is_counted desc) as window_recency,
        row_number() over (partition by is_counted order by window_start desc) as counted_recency
    from results
    group by
        window_start,
        window_end,
        is_counted

),

selected as (

    select
        results.*,
        windows.window_recency,
        windows.counted_recency,
        coalesce(thresholds.comparison, 'value') as comparison,
        coalesce(thresholds.significance_level, 1) as significance_level,
        {{ 'coalesce(thresholds.min_sample_count, 0)' if verdict.min_sample_count is none else verdict.min_sample_count }} as min_sample_count
    from results
    inner join windows
        on
            results.window_start = windows.window_start
            and results.is_counted = windows.is_counted
    left join thresholds
        on
            coalesce(results.subject, '') = coalesce(thresholds.subject, '')
            and coalesce(results.feature_name, '') = coalesce(thresholds.feature_name, '')
            and coalesce(results.slice_key, '') = coalesce(thresholds.slice_key, '')
            and coalesce(results.slice_value, '') = coalesce(thresholds.slice_value, '')
    where
        results.metric_name = {{ ml_monitor._sql_text(scope.metric_name) }}
        {%- for condition in wanted %}
        and {{ condition }}
        {%- endfor %}

),

judged as (

    select
        selected.*,
        {%- if breach is none %}
        case
            when status in ({{ "'fail', 'warn'" if verdict.include_warnings else "'fail'" }}) then 'violated'
            when status in ('pass', 'warn') then 'held'
            else 'not_evaluated'
        end as outcome,
        status_reason as outcome_reason
        {%- else %}
        case
            when metric_value is null or not is_mature or sample_count < min_sample_count then 'not_evaluated'
            {%- if judged_if is not none %}
            when not coalesce({{ judged_if }}, false) then 'not_evaluated'
            {%- endif %}
            when {{ breach }} then 'violated'
            else 'held'
        end as outcome,
        case
            when metric_value is null then status_reason
            when not is_mature then 'immature_labels'
            when sample_count < min_sample_count then 'insufficient_data'
            {%- if judged_if is not none %}
            when not coalesce({{ judged_if }}, false) then 'no_baseline'
            {%- endif %}
            else 'outside_limit'
        end as outcome_reason
        {%- endif %}
    from selected
    where
        is_counted
        and counted_recency <= {{ last_windows }}

),

/* windows for which there is no result at all */
missing as (

    select
        windows.window_start,
        windows.window_end
    from windows
    where
        {%- if verdict.require_verdict %}
        (windows.window_recency = 1 or (windows.is_counted and windows.counted_recency <= {{ last_windows }}))
        {%- else %}
        windows.window_recency = 1
        {%- endif %}
        and not exists (
            select 1
            from selected
            {%- if scope.slice_key and not verdict.require_verdict %}
            where selected.window_recency <= {{ last_windows }}
            {%- else %}
            where selected.window_start = windows.window_start
            {%- endif %}
        )

),

/* no window to look at: no row otherwise */
nothing as (

    select count(*) as window_count
    from windows
    having
        count(*) = 0
        {%- if verdict.require_verdict %}
        or count(*) filter (where is_counted) = 0
        {%- endif %}

),

described as (

    select
        judged.*,
        concat(
            metric_name,
            case
                when feature_name is not null then concat(' of ', feature_name)
                when subject is not null then concat(' of the ', subject)
                else ''
            end,
            case when slice_key is not null then concat(' where ', slice_key, ' is ', coalesce(slice_value, 'null')) else '' end
            {%- if scope.granularity != 'lifetime' %},
            ' in the ', granularity, ' of ', cast(window_start as {{ text_type }})
            {%- endif %}
        ) as result_text
    from judged

),

findings as (

    select
        model_version,
        window_start,
        window_end,
        slice_key,
        slice_value,
        subject,
        feature_name,
        metric_value,
        sample_count,
        case outcome when 'violated' then {{ 'status' if breach is none else "'fail'" }} else 'not_evaluated' end as status,
        outcome_reason as status_reason,
        case
            when outcome = 'not_evaluated' then concat(result_text, ' has no verdict: ', outcome_reason)
            else concat(
                result_text, ' is ', {{ ml_monitor.plain_number('metric_value') }}, ' (',
                cast(sample_count as {{ text_type }}), ' rows); ',
                {%- if limit_text is not none %}
                {{ limit_text }}
                {%- else %}
                'status ', status, ' by the thresholds on its ', replace(comparison, '_', ' '), ': warn ',
                coalesce(nullif({{ ml_monitor.plain_number('warn_threshold') }}, ''), 'none'), ', fail ',
                coalesce(nullif({{ ml_monitor.plain_number('fail_threshold') }}, ''), 'none'),
                case
                    when comparison != 'value' and reference_value is not null
                        then concat('; reference ', {{ ml_monitor.plain_number('reference_value') }})
                    else ''
                end
                {%- endif %}
            )
        end as explanation
    from described
    where
        outcome = 'violated'
        {%- if verdict.require_verdict %}
        or (
            outcome = 'not_evaluated'
            {%- if verdict.accepted_reasons %}
            and outcome_reason not in ({% for reason in verdict.accepted_reasons %}{{ ml_monitor._sql_text(reason) }}{{ ', ' if not loop.last }}{% endfor %})
            {%- endif %}
        )
        {%- endif %}
    union all
    select
        cast(null as {{ text_type }}) as model_version,
        missing.window_start,
        missing.window_end,
        cast(null as {{ text_type }}) as slice_key,
        cast(null as {{ text_type }}) as slice_value,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as metric_value,
        cast(0 as {{ dbt.type_bigint() }}) as sample_count,
        'not_evaluated' as status,
        'missing_result' as status_reason,
        concat(
            'there is no ', {{ ml_monitor._sql_text(subject_text) }}, ' in {{ mart }} for the ',
            {{ ml_monitor._sql_text(scope.granularity) }}, ' of ', cast(missing.window_start as {{ text_type }}),
            {{ ml_monitor._sql_text(hint or ': is each name written as in the mart?') }}
        ) as explanation
    from missing
    union all
    select
        cast(null as {{ text_type }}) as model_version,
        cast(null as date) as window_start,
        cast(null as date) as window_end,
        cast(null as {{ text_type }}) as slice_key,
        cast(null as {{ text_type }}) as slice_value,
        cast(null as {{ text_type }}) as subject,
        cast(null as {{ text_type }}) as feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as metric_value,
        cast(0 as {{ dbt.type_bigint() }}) as sample_count,
        'not_evaluated' as status,
        case when nothing.window_count = 0 then 'missing_result' else 'no_window_to_judge' end as status_reason,
        case
            when nothing.window_count = 0
                then {{ ml_monitor._sql_text(
                    'there is no ' ~ ('complete ' if complete_only else '') ~ scope.granularity ~ ' of model ' ~ scope.model_id
                    ~ (', version ' ~ scope.model_version if scope.model_version is not none else '') ~ ' in ' ~ mart
                    ~ (hint or ': is the model known to dim_ml_models, and does the mart have this granularity?')
                ) }}
            else {{ ml_monitor._sql_text('no ' ~ scope.granularity ~ ' of model ' ~ scope.model_id ~ ' can be judged yet') }}
        end as explanation
    from nothing

),

sizes as (

    select
        (select count(*) from judged)
        + (select count(*) from missing)
        + (select count(*) from nothing) as looked_at_count

)

select
    {{ ml_monitor._sql_text(scope.model_id) }} as model_id,
    findings.model_version,
    {{ ml_monitor._sql_text(scope.granularity) }} as granularity,
    findings.window_start,
    findings.window_end,
    findings.slice_key,
    findings.slice_value,
    findings.subject,
    findings.feature_name,
    {{ ml_monitor._sql_text(scope.metric_name) }} as metric_name,
    findings.metric_value,
    findings.sample_count,
    findings.status,
    findings.status_reason,
    count(*) over () as numerator,
    sizes.looked_at_count as denominator,
    findings.explanation
from findings
cross join sizes
{%- endmacro %}
