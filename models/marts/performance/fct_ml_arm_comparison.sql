{%- set errors_of_rates = 'measurements.success_count * (measurements.sample_count - measurements.success_count)' %}
/*
    Grain: model, version, week, month or lifetime, control arm, treatment arm and metric. The arms of an experiment within one
    version: the values of the log's experiment_arm, where that is one of its slices; rows without an arm stand apart. Two arms
    are two independent groups: the difference has the squares of both standard errors added up, the interval is 1.96 of it
    to either side; p-value: normal, pooled for rates. The control is the arm called `control`, else the first by name; with more than
    two arms each pair is compared. Better or worse where the q-value, Benjamini-Hochberg over the judged arms and metrics of
    the window, is not above the significance level. Level and least count as in fct_ml_version_comparison. Metrics without
    a standard error are not compared.
*/
with arms as (

    select
        windows.*,
        maturity.is_mature,
        lower(windows.slice_value) = 'control' as is_control
    from {{ ref('int_ml_window_counts') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on
            windows.log_name = logs.log_name
            and windows.slice_key = logs.arm_slice_key
    inner join {{ ref('int_ml_window_maturity') }} as maturity
        on
            windows.log_name = maturity.log_name
            and windows.model_id = maturity.model_id
            and windows.model_version = maturity.model_version
            and windows.granularity = maturity.granularity
            and windows.window_start = maturity.window_start
    where
        windows.granularity in ('week', 'month', 'lifetime')
        and windows.slice_value != '(null)'
        and windows.prediction_count > 0
        and logs.has_outcomes

),

measured as (

    select
        measurements.*,
        case
            when measurements.success_count is not null
                then sqrt({{ ml_monitor.safe_divide(errors_of_rates, 'power(measurements.sample_count, 3)') }})
            else measurements.standard_error
        end as metric_error
    from {{ ref('int_ml_performance_measured') }} as measurements
    inner join {{ ref('int_ml_logs') }} as logs
        on
            measurements.log_name = logs.log_name
            and measurements.slice_key = logs.arm_slice_key
    where measurements.granularity in ('week', 'month', 'lifetime')

),

metrics as (

    select
        task,
        metric_name,
        direction
    from {{ ref('dim_ml_metrics') }}
    where area = 'performance'

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

pairs as (

    select
        controls.log_name,
        controls.task,
        controls.model_id,
        controls.model_version,
        controls.granularity,
        controls.window_start,
        controls.window_end,
        controls.is_complete,
        controls.is_mature,
        controls.slice_key,
        controls.slice_value as control_arm,
        treatments.slice_value as treatment_arm,
        controls.labelled_count as control_labelled_count,
        treatments.labelled_count as treatment_labelled_count
    from arms as controls
    inner join arms as treatments
        on
            controls.log_name = treatments.log_name
            and controls.model_id = treatments.model_id
            and controls.model_version = treatments.model_version
            and controls.granularity = treatments.granularity
            and controls.window_start = treatments.window_start
            and (
                (controls.is_control and not treatments.is_control)
                or (
                    controls.is_control = treatments.is_control
                    and {{ ml_monitor.text_order('controls.slice_value') }} < {{ ml_monitor.text_order('treatments.slice_value') }}
                )
            )

),

compared as (

    select
        pairs.*,
        metrics.metric_name,
        metrics.direction,
        controls.metric_value as control_value,
        treatments.metric_value as treatment_value,
        treatments.metric_value - controls.metric_value as difference,
        controls.metric_error_bound + treatments.metric_error_bound as metric_error_bound,
        sqrt(power(controls.metric_error, 2) + power(treatments.metric_error, 2)) as standard_error,
        case
            when controls.success_count is not null
                then {{ ml_monitor.two_proportion_z(
                    'treatments.success_count', 'treatments.sample_count', 'controls.success_count', 'controls.sample_count'
                ) }}
            else (treatments.metric_value - controls.metric_value)
                / nullif(sqrt(power(controls.metric_error, 2) + power(treatments.metric_error, 2)), 0)
        end as z_score,
        cast(controls.sample_count as {{ dbt.type_bigint() }}) as control_count,
        cast(treatments.sample_count as {{ dbt.type_bigint() }}) as treatment_count,
        limits.min_sample_count,
        limits.significance_level
    from pairs
    inner join metrics
        on pairs.task = metrics.task
    inner join limits
        on pairs.model_id = limits.model_id
    {%- for role in ['control', 'treatment'] %}
    inner join measured as {{ role }}s
        on
            pairs.log_name = {{ role }}s.log_name
            and pairs.model_id = {{ role }}s.model_id
            and pairs.model_version = {{ role }}s.model_version
            and pairs.granularity = {{ role }}s.granularity
            and pairs.window_start = {{ role }}s.window_start
            and pairs.{{ role }}_arm = {{ role }}s.slice_value
            and metrics.metric_name = {{ role }}s.metric_name
    {%- endfor %}
    where
        controls.metric_error is not null
        and treatments.metric_error is not null

),

tested as (

    select
        compared.*,
        least(compared.control_count, compared.treatment_count) as sample_count,
        {{ ml_monitor.normal_two_sided_p('compared.z_score') }} as p_value
    from compared

),

{{ ml_monitor.with_q_values(
    'tested', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start'],
    'is_complete and is_mature and sample_count >= min_sample_count'
) }}

judged as (

    select
        with_q_values.*,
        case
            when not with_q_values.is_complete then 'incomplete_window'
            when least(with_q_values.control_labelled_count, with_q_values.treatment_labelled_count) = 0 then 'no_labels'
            when not with_q_values.is_mature then 'immature_labels'
            when with_q_values.sample_count < with_q_values.min_sample_count then 'insufficient_data'
            when with_q_values.p_value is null then 'undefined'
            when with_q_values.q_value > with_q_values.significance_level then 'not_significant'
            else 'significant'
        end as status_reason,
        case
            when with_q_values.direction = 'higher_is_better' then with_q_values.difference
            when with_q_values.direction = 'lower_is_better' then -with_q_values.difference
        end as improvement
    from with_q_values

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    control_arm,
    treatment_arm,
    is_complete,
    is_mature,
    metric_name,
    control_value,
    treatment_value,
    difference,
    metric_error_bound,
    sample_count,
    control_count,
    treatment_count,
    difference - {{ ml_monitor.z_95() }} * standard_error as ci_lower,
    difference + {{ ml_monitor.z_95() }} * standard_error as ci_upper,
    p_value,
    q_value,
    case
        when status_reason = 'not_significant' then 'no_difference'
        when status_reason != 'significant' then 'not_evaluated'
        when improvement > 0 then 'better'
        when improvement < 0 then 'worse'
        else 'different'
    end as status,
    status_reason
from judged
