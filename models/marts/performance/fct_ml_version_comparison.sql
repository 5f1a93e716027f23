{%- set match_keys = ['log_name', 'model_id', 'champion_version', 'challenger_version', 'granularity', 'window_start'] %}
{%- set double = ml_monitor.type_double() %}
/*
    Grain: model, champion, challenger, week or month, slice and metric. The champion is the version of the window that was
    deployed first; each other version is compared with it. Paired where both scored the same (int_ml_version_pairs):
    only rows that both scored, and the difference of each row, count: DeLong's covariance for AUC, McNemar for accuracy,
    Student's t for means. Else unpaired (A/B arms, canaries): the two windows' metrics and their standard errors, of
    which the squares add up; a pooled z test for rates. The interval is of the difference, 1.96 standard errors to
    either side. Better or worse where the q-value, Benjamini-Hochberg over the judged metrics and slices of the window,
    is not above the significance level; for bias the smaller size is better. Level and least count: the largest of the
    model's performance thresholds.
*/
with matches as (

    select * from {{ ref('int_ml_version_matches') }}

),

paired as (

    select * from {{ ref('int_ml_paired_metrics') }}

),

{%- set errors_of_rates = 'measurements.success_count * (measurements.sample_count - measurements.success_count)' %}

measured as (

    select
        measurements.*,
        case
            when measurements.success_count is not null
                then sqrt({{ ml_monitor.safe_divide(errors_of_rates, 'power(measurements.sample_count, 3)') }})
            else measurements.standard_error
        end as metric_error
    from {{ ref('int_ml_performance_measured') }} as measurements
    where measurements.granularity in ('week', 'month')

),

metrics as (

    select
        task,
        metric_name,
        direction
    from {{ ref('dim_ml_metrics') }}
    where
        area = 'performance'
        and not {{ ml_monitor.takes_sample_weights('metric_name') }}
        and (
            task not in ('binary_classification', 'regression')
            or metric_name in ('accuracy', 'brier', 'log_loss', 'roc_auc', 'mae', 'mse', 'bias', 'wape')
        )

),

limits as (

    select
        model_id,
        max(min_sample_count) as min_sample_count,
        max(significance_level) as significance_level
    from {{ ref('dim_ml_thresholds') }}
    where area = 'performance'
    group by model_id

),

compared as (

    select
        matches.*,
        metrics.metric_name,
        metrics.direction,
        case when paired.first_version = matches.champion_version then paired.first_value else paired.second_value end as champion_value,
        case when paired.first_version = matches.champion_version then paired.second_value else paired.first_value end as challenger_value,
        case when paired.first_version = matches.champion_version then paired.difference else 0 - paired.difference end as difference,
        paired.metric_error_bound,
        paired.standard_error,
        paired.p_value as paired_p_value,
        cast(null as {{ double }}) as z_score,
        matches.pair_count as champion_count,
        matches.pair_count as challenger_count,
        matches.pair_count as sample_count
    from matches
    inner join metrics
        on matches.task = metrics.task
    inner join paired
        on
            matches.log_name = paired.log_name
            and matches.model_id = paired.model_id
            and least(matches.champion_version, matches.challenger_version) = paired.first_version
            and greatest(matches.champion_version, matches.challenger_version) = paired.second_version
            and matches.granularity = paired.granularity
            and matches.window_start = paired.window_start
            and coalesce(matches.slice_key, '') = coalesce(paired.slice_key, '')
            and coalesce(matches.slice_value, '') = coalesce(paired.slice_value, '')
            and metrics.metric_name = paired.metric_name
    where matches.pairing = 'paired'
    union all
    select
        matches.*,
        metrics.metric_name,
        metrics.direction,
        champions.metric_value as champion_value,
        challengers.metric_value as challenger_value,
        challengers.metric_value - champions.metric_value as difference,
        coalesce(champions.metric_error_bound + challengers.metric_error_bound, 0) as metric_error_bound,
        sqrt(power(champions.metric_error, 2) + power(challengers.metric_error, 2)) as standard_error,
        cast(null as {{ double }}) as paired_p_value,
        case
            when champions.success_count is not null
                then {{ ml_monitor.two_proportion_z(
                    'challengers.success_count', 'challengers.sample_count', 'champions.success_count', 'champions.sample_count'
                ) }}
            else (challengers.metric_value - champions.metric_value)
                / nullif(sqrt(power(champions.metric_error, 2) + power(challengers.metric_error, 2)), 0)
        end as z_score,
        cast(coalesce(champions.sample_count, 0) as {{ dbt.type_bigint() }}) as champion_count,
        cast(coalesce(challengers.sample_count, 0) as {{ dbt.type_bigint() }}) as challenger_count,
        cast(least(coalesce(champions.sample_count, 0), coalesce(challengers.sample_count, 0)) as {{ dbt.type_bigint() }}) as sample_count
    from matches
    inner join metrics
        on matches.task = metrics.task
    {%- for role in ['champion', 'challenger'] %}
    left join measured as {{ role }}s
        on
            matches.log_name = {{ role }}s.log_name
            and matches.model_id = {{ role }}s.model_id
            and matches.{{ role }}_version = {{ role }}s.model_version
            and matches.granularity = {{ role }}s.granularity
            and matches.window_start = {{ role }}s.window_start
            and coalesce(matches.slice_key, '') = coalesce({{ role }}s.slice_key, '')
            and coalesce(matches.slice_value, '') = coalesce({{ role }}s.slice_value, '')
            and metrics.metric_name = {{ role }}s.metric_name
    {%- endfor %}
    where matches.pairing = 'unpaired'

),

tested as (

    select
        compared.*,
        limits.min_sample_count,
        limits.significance_level,
        case
            when compared.pairing = 'paired' then compared.paired_p_value
            else {{ ml_monitor.normal_two_sided_p('compared.z_score') }}
        end as p_value
    from compared
    inner join limits
        on compared.model_id = limits.model_id

),

{{ ml_monitor.with_q_values(
    'tested', ['log_name', 'model_id', 'champion_version', 'challenger_version', 'granularity', 'window_start'],
    'is_complete and is_mature and sample_count >= min_sample_count'
) }}

judged as (

    select
        with_q_values.*,
        case
            when not with_q_values.is_complete then 'incomplete_window'
            when least(with_q_values.champion_labelled_count, with_q_values.challenger_labelled_count) = 0 then 'no_labels'
            when not with_q_values.is_mature then 'immature_labels'
            when with_q_values.sample_count < with_q_values.min_sample_count then 'insufficient_data'
            when with_q_values.difference is null then 'undefined'
            when with_q_values.difference = 0 and coalesce(with_q_values.standard_error, 0) = 0 then 'equal'
            when with_q_values.p_value is null then 'undefined'
            when with_q_values.q_value > with_q_values.significance_level then 'not_significant'
            else 'significant'
        end as status_reason,
        case
            when with_q_values.direction = 'higher_is_better' then with_q_values.difference
            when with_q_values.direction = 'lower_is_better' then -with_q_values.difference
            else abs(with_q_values.champion_value) - abs(with_q_values.challenger_value)
        end as improvement
    from with_q_values

)

select
    model_id,
    champion_version,
    challenger_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    is_complete,
    is_mature,
    pairing,
    metric_name,
    champion_value,
    challenger_value,
    difference,
    metric_error_bound,
    sample_count,
    champion_count,
    challenger_count,
    difference - {{ ml_monitor.z_95() }} * standard_error as ci_lower,
    difference + {{ ml_monitor.z_95() }} * standard_error as ci_upper,
    p_value,
    q_value,
    case
        when status_reason in ('equal', 'not_significant') then 'no_difference'
        when status_reason != 'significant' then 'not_evaluated'
        when improvement > 0 then 'better'
        when improvement < 0 then 'worse'
        else 'no_difference'
    end as status,
    status_reason
from judged
