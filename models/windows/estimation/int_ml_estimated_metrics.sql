/*
    Grain: log, model, version, window, slice, estimator and metric. Metrics as confidence-based estimation expects them,
    from expected confusion counts (NannyML's CBPE). standard_error is of the outcomes that are still open, each a coin
    with its own p (Poisson binomial, delta method), Hanley-McNeil's for the AUC; the error of the calibration itself is
    not in it.
*/
with cubes as (

    select * from {{ ref('int_ml_estimated_days') }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}
    where granularity != 'lifetime'

),

ranks as (

    select * from {{ ref('int_ml_estimated_ranks') }}

),

windows as (

    select
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.estimator_name,
        cast(sum(cubes.prediction_count) as {{ ml_monitor.type_double() }}) as n,
        cast(sum(cubes.predicted_positive_count) as {{ ml_monitor.type_double() }}) as predicted_positive_count,
        sum(cubes.true_positive_sum) as tp,
        sum(cubes.false_positive_sum) as fp,
        sum(cubes.false_negative_sum) as fn,
        sum(cubes.true_negative_sum) as tn,
        sum(cubes.predicted_positive_variance_sum) as predicted_positive_variance,
        sum(cubes.predicted_negative_variance_sum) as predicted_negative_variance,
        sum(cubes.squared_error_sum) as squared_error_sum,
        sum(cubes.log_loss_sum) as log_loss_sum
    from cubes
    inner join window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.window_start = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference')
    group by
        cubes.log_name,
        cubes.model_id,
        cubes.model_version,
        window_days.granularity,
        window_days.window_start,
        cubes.slice_key,
        cubes.slice_value,
        cubes.estimator_name

),

counts as (

    select
        windows.*,
        windows.tp + windows.fn as positives,
        windows.fp + windows.tn as negatives,
        ranks.roc_auc,
        ranks.roc_auc_error_bound,
        ranks.average_precision,
        ranks.average_precision_error_bound,
        {{ ml_monitor.auc_standard_error('ranks.roc_auc', 'ranks.positive_total', 'ranks.negative_total') }} as roc_auc_standard_error
    from windows
    left join ranks
        on
            windows.log_name = ranks.log_name
            and windows.model_id = ranks.model_id
            and windows.model_version = ranks.model_version
            and windows.granularity = ranks.granularity
            and windows.window_start = ranks.window_start
            and coalesce(windows.slice_key, '') = coalesce(ranks.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(ranks.slice_value, '')
            and windows.estimator_name = ranks.estimator_name

)

{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set zero = ml_monitor.double_literal('0') %}
{%- set both_variances = 'predicted_positive_variance + predicted_negative_variance' %}
{%- set metrics = [
    ('true_positive_count', 'tp', zero, 'sqrt(predicted_positive_variance)'),
    ('false_positive_count', 'fp', zero, 'sqrt(predicted_positive_variance)'),
    ('false_negative_count', 'fn', zero, 'sqrt(predicted_negative_variance)'),
    ('true_negative_count', 'tn', zero, 'sqrt(predicted_negative_variance)'),
    ('accuracy', ml_monitor.safe_divide('tp + tn', 'n'), zero, 'sqrt(' ~ both_variances ~ ') / n'),
    (
        'precision', ml_monitor.safe_divide('tp', 'predicted_positive_count'), zero,
        ml_monitor.safe_divide('sqrt(predicted_positive_variance)', 'predicted_positive_count'),
    ),
    (
        'recall', ml_monitor.safe_divide('tp', 'positives'), zero,
        ml_monitor.expected_count_error(
            ml_monitor.safe_divide('fn', 'positives * positives'), ml_monitor.safe_divide('tp', 'positives * positives')
        ),
    ),
    (
        'specificity', ml_monitor.safe_divide('tn', 'negatives'), zero,
        ml_monitor.expected_count_error(
            ml_monitor.safe_divide('tn', 'negatives * negatives'), ml_monitor.safe_divide('fp', 'negatives * negatives')
        ),
    ),
    (
        'f1', ml_monitor.safe_divide('2 * tp', 'predicted_positive_count + positives'), zero,
        ml_monitor.expected_count_error(
            ml_monitor.safe_divide('2 * (predicted_positive_count + fn)', 'power(predicted_positive_count + positives, 2)'),
            ml_monitor.safe_divide('2 * tp', 'power(predicted_positive_count + positives, 2)'),
        ),
    ),
    ('roc_auc', 'roc_auc', 'roc_auc_error_bound', 'roc_auc_standard_error'),
    ('average_precision', 'average_precision', 'average_precision_error_bound', unknown),
    ('base_rate', ml_monitor.safe_divide('positives', 'n'), zero, 'sqrt(' ~ both_variances ~ ') / n'),
    ('brier', 'squared_error_sum / n', zero, unknown),
    ('log_loss', 'log_loss_sum / n', zero, unknown),
] %}
{%- for name, value, error_bound, standard_error in metrics %}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    slice_key,
    slice_value,
    estimator_name,
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    cast(n as {{ dbt.type_bigint() }}) as sample_count,
    {{ standard_error }} as standard_error
from counts
{{ 'union all' if not loop.last }}
{%- endfor %}
