/*
    Grain: log, model, two versions, week or month, slice and metric of the pairs. What either version reached on the same
    rows, with the standard error of the difference and its p-value: McNemar for accuracy (exact below 25 rows on which
    the two differ, else normal), Student's t for means, normal for AUC and WAPE.
*/
{%- set metrics = {
    'binary_classification': ['accuracy', 'brier', 'log_loss', 'roc_auc'],
    'regression': ['mae', 'mse', 'bias', 'wape'],
} %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
with long as (

    {%- for task, names in metrics.items() %}
    {%- for metric in names %}
    select
        log_name,
        task,
        model_id,
        first_version,
        second_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        pair_count,
        '{{ metric }}' as metric_name,
        first_{{ metric }} as first_value,
        second_{{ metric }} as second_value,
        {{ metric }}_difference as difference,
        {{ 'roc_auc_error_bound' if metric == 'roc_auc' else ml_monitor.double_literal('0') }} as metric_error_bound,
        {{ metric }}_standard_error as standard_error,
        {%- if metric == 'accuracy' %}
        {{ ml_monitor.mcnemar_exact_p('first_only_right_count', 'second_only_right_count') }} as exact_p_value,
        {{ ml_monitor.safe_divide('second_only_right_count - first_only_right_count', 'sqrt(first_only_right_count + second_only_right_count)') }} as z_score,
        {%- else %}
        {{ unknown }} as exact_p_value,
        {{ ml_monitor.safe_divide(metric ~ '_difference', metric ~ '_standard_error') }} as z_score,
        {%- endif %}
        {{ 'pair_count - 1' if metric in ['brier', 'log_loss', 'mae', 'mse', 'bias'] else 'null' }} as degrees_of_freedom
    from {{ ref('int_ml_paired_windows') }}
    where task = '{{ task }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

typed as (

    select
        long.*,
        cast(long.degrees_of_freedom as {{ ml_monitor.type_double() }}) as t_degrees
    from long

)

select
    log_name,
    task,
    model_id,
    first_version,
    second_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    pair_count,
    metric_name,
    first_value,
    second_value,
    difference,
    metric_error_bound,
    standard_error,
    case
        when exact_p_value is not null then exact_p_value
        when t_degrees is not null then {{ ml_monitor.student_t_two_sided_p('z_score', 't_degrees') }}
        else {{ ml_monitor.normal_two_sided_p('z_score') }}
    end as p_value
from typed
