{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value', 'estimator_name'] %}
/*
    Grain: log, model, version, window, slice, estimator and metric. Metrics of multiclass models from expected confusion
    counts. Averages over classes are unweighted, over the classes that are expected or predicted, one that divides by 0
    counting 0 (scikit-learn's rule); the mean of AUCs is null where one of them is. standard_error of the accuracy is of
    the outcomes that are still open.
*/
with confusion as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.estimator_name,
        cubes.predicted_label,
        cubes.actual_label,
        sum(cubes.expected_count) as expected_count,
        sum(cubes.variance_sum) as variance_sum
    from {{ ref('int_ml_estimated_confusion') }} as cubes
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.window_start = window_days.predicted_date
    where
        window_days.granularity in ('day', 'week', 'month', 'reference')
        or (cubes.slice_key is null and window_days.granularity != 'lifetime')
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.estimator_name,
        cubes.predicted_label,
        cubes.actual_label

),

sides as (

    {%- for side in ['actual', 'predicted'] %}
    select
        {{ keys | join(',\n        ') }},
        {{ side }}_label as class_label,
        {{ "expected_count" if side == 'actual' else "0" }} as actual_count,
        {{ "expected_count" if side == 'predicted' else "0" }} as predicted_count,
        {{ "case when actual_label = predicted_label then expected_count else 0 end" if side == 'actual' else "0" }} as true_positive_count,
        {{ "variance_sum" if side == 'actual' else "0" }} as correct_variance
    from confusion
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

classes as (

    select
        {{ keys | join(',\n        ') }},
        class_label,
        sum(actual_count) as actual_count,
        sum(predicted_count) as predicted_count,
        sum(true_positive_count) as true_positive_count,
        sum(correct_variance) as correct_variance
    from sides
    group by
        {{ keys | join(',\n        ') }},
        class_label
    having sum(actual_count) + sum(predicted_count) > 0

),

/* a class that nobody is expected to be of, or everybody, has no AUC, and no mean has one without it */
ranks as (

    select
        {{ keys[:5] | join(',\n        ') }},
        estimator_name,
        case when count(roc_auc) = count(*) then avg(roc_auc) end as roc_auc,
        case when count(roc_auc) = count(*) then avg(roc_auc_error_bound) end as roc_auc_error_bound
    from {{ ref('int_ml_estimated_class_ranks') }}
    group by
        {{ keys[:5] | join(',\n        ') }},
        estimator_name

),

windows as (

    select
        {{ keys | join(',\n        ') }},
        sum(actual_count) as n,
        sum(true_positive_count) as correct_count,
        sum(correct_variance) as correct_variance,
        avg(coalesce({{ ml_monitor.safe_divide('true_positive_count', 'predicted_count') }}, 0)) as precision_macro,
        avg(coalesce({{ ml_monitor.safe_divide('true_positive_count', 'actual_count') }}, 0)) as recall_macro,
        avg({{ ml_monitor.safe_divide('2 * true_positive_count', 'actual_count + predicted_count') }}) as f1_macro
    from classes
    group by
        {{ keys | join(',\n        ') }}

),

measured as (

    select
        windows.*,
        ranks.roc_auc,
        ranks.roc_auc_error_bound
    from windows
    left join ranks
        on
            {%- for key in keys[:5] + ['estimator_name'] %}
            {{ 'and ' if not loop.first }}windows.{{ key }} = ranks.{{ key }}
            {%- endfor %}
            and windows.slice_key is null

)

{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set zero = ml_monitor.double_literal('0') %}
{%- for metric, value, error_bound, standard_error in [
    ('accuracy', ml_monitor.safe_divide('correct_count', 'n'), zero, 'sqrt(correct_variance) / n'),
    ('precision_macro', 'precision_macro', zero, unknown),
    ('recall_macro', 'recall_macro', zero, unknown),
    ('f1_macro', 'f1_macro', zero, unknown),
    ('roc_auc_ovr_macro', 'roc_auc', 'roc_auc_error_bound', unknown),
] %}
select
    {{ keys | join(',\n    ') }},
    '{{ metric }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    /* probabilities of a prediction add up to 1: their sum over all is the number of predictions */
    cast(round(n) as {{ dbt.type_bigint() }}) as sample_count,
    {{ standard_error }} as standard_error
from measured
{{ 'union all' if not loop.last }}
{%- endfor %}
