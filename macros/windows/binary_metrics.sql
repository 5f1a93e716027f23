{#
    Every metric of binary classifiers, one line each, from the confusion counts and sums of windows
    (int_ml_binary_windows and the relations beside it, or their as-known twins with more_keys known_at). What takes
    quantile bins or a dummy is left out where there is no dummies_relation.
#}
{% macro binary_metrics(windows_relation, ranked_relation, calibration_relation, dummies_relation=none, more_keys=[]) -%}
with counts as (

    select
        windows.*,
        ranked.roc_auc,
        ranked.roc_auc_error_bound,
        ranked.roc_auc_standard_error,
        ranked.ks_separation,
        ranked.ks_separation_error_bound,
        ranked.average_precision,
        ranked.average_precision_error_bound,
        calibration.ece,
        calibration.mce,
        {%- if dummies_relation is not none %}
        calibration.ece_quantile,
        calibration.mce_quantile,
        dummies.dummy_accuracy,
        dummies.dummy_brier,
        {%- endif %}
        cast(windows.true_positive_count as {{ ml_monitor.type_double() }}) as tp,
        cast(windows.false_positive_count as {{ ml_monitor.type_double() }}) as fp,
        cast(windows.false_negative_count as {{ ml_monitor.type_double() }}) as fn,
        cast(windows.true_negative_count as {{ ml_monitor.type_double() }}) as tn,
        cast(windows.labelled_count as {{ ml_monitor.type_double() }}) as n,
        {{ ml_monitor.safe_divide('windows.squared_error_sum', 'windows.labelled_count') }} as brier,
        {{ ml_monitor.safe_divide('windows.log_loss_sum', 'windows.labelled_count') }} as log_loss,
        {{ ml_monitor.safe_divide('windows.labelled_score_sum', 'windows.labelled_count') }} as mean_score
    from {{ windows_relation }} as windows
    left join {{ ranked_relation }} as ranked
        on
            windows.log_name = ranked.log_name
            and windows.model_id = ranked.model_id
            and windows.model_version = ranked.model_version
            and windows.granularity = ranked.granularity
            and windows.window_start = ranked.window_start
            {%- for key in more_keys %}
            and windows.{{ key }} = ranked.{{ key }}
            {%- endfor %}
            and coalesce(windows.slice_key, '') = coalesce(ranked.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(ranked.slice_value, '')
    left join {{ calibration_relation }} as calibration
        on
            windows.log_name = calibration.log_name
            and windows.model_id = calibration.model_id
            and windows.model_version = calibration.model_version
            and windows.granularity = calibration.granularity
            and windows.window_start = calibration.window_start
            {%- for key in more_keys %}
            and windows.{{ key }} = calibration.{{ key }}
            {%- endfor %}
            and coalesce(windows.slice_key, '') = coalesce(calibration.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(calibration.slice_value, '')
    {%- if dummies_relation is not none %}
    left join {{ dummies_relation }} as dummies
        on
            windows.log_name = dummies.log_name
            and windows.model_id = dummies.model_id
            and windows.model_version = dummies.model_version
            and windows.granularity = dummies.granularity
            and windows.window_start = dummies.window_start
            and coalesce(windows.slice_key, '') = coalesce(dummies.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(dummies.slice_value, '')
    {%- endif %}

),

rates as (

    select
        counts.*,
        {{ ml_monitor.safe_divide('tp', 'tp + fn') }} as recall,
        {{ ml_monitor.safe_divide('tn', 'tn + fp') }} as specificity
    from counts

)

{%- set zero = ml_monitor.double_literal('0') %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set metrics = [
    ('true_positive_count', 'case when n > 0 then tp end', zero, 'n', unknown, unknown),
    ('false_positive_count', 'case when n > 0 then fp end', zero, 'n', unknown, unknown),
    ('false_negative_count', 'case when n > 0 then fn end', zero, 'n', unknown, unknown),
    ('true_negative_count', 'case when n > 0 then tn end', zero, 'n', unknown, unknown),
    ('accuracy', ml_monitor.safe_divide('tp + tn', 'n'), zero, 'n', 'tp + tn', unknown),
    ('precision', ml_monitor.safe_divide('tp', 'tp + fp'), zero, 'tp + fp', 'tp', unknown),
    ('recall', 'recall', zero, 'tp + fn', 'tp', unknown),
    ('specificity', 'specificity', zero, 'tn + fp', 'tn', unknown),
    ('f1', ml_monitor.safe_divide('2 * tp', '2 * tp + fp + fn'), zero, 'n', unknown, unknown),
    ('f_beta_05', ml_monitor.safe_divide('1.25 * tp', '1.25 * tp + 0.25 * fn + fp'), zero, 'n', unknown, unknown),
    ('f_beta_2', ml_monitor.safe_divide('5 * tp', '5 * tp + 4 * fn + fp'), zero, 'n', unknown, unknown),
    ('balanced_accuracy', '(recall + specificity) / 2', zero, 'n', unknown, unknown),
    (
        'mcc', ml_monitor.safe_divide('tp * tn - fp * fn', 'sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))'),
        zero, 'n', unknown, unknown,
    ),
    (
        'cohen_kappa', ml_monitor.safe_divide('2 * (tp * tn - fp * fn)', '(tp + fp) * (tn + fp) + (tp + fn) * (tn + fn)'),
        zero, 'n', unknown, unknown,
    ),
    ('roc_auc', 'roc_auc', 'roc_auc_error_bound', 'n', unknown, 'roc_auc_standard_error'),
    ('gini', '2 * roc_auc - 1', '2 * roc_auc_error_bound', 'n', unknown, '2 * roc_auc_standard_error'),
    ('ks_separation', 'ks_separation', 'ks_separation_error_bound', 'n', unknown, unknown),
    ('average_precision', 'average_precision', 'average_precision_error_bound', 'n', unknown, unknown),
    ('log_loss', 'log_loss', zero, 'n', unknown, ml_monitor.mean_standard_error('log_loss_deviation_square_sum', 'n')),
    ('brier', 'brier', zero, 'n', unknown, ml_monitor.mean_standard_error('squared_error_deviation_square_sum', 'n')),
    ('ece', 'ece', zero, 'n', unknown, unknown),
    ('mce', 'mce', zero, 'n', unknown, unknown),
    ('base_rate', ml_monitor.safe_divide('tp + fn', 'n'), zero, 'n', 'tp + fn', unknown),
    ('mean_score', 'mean_score', zero, 'n', unknown, ml_monitor.mean_standard_error('labelled_score_deviation_square_sum', 'n')),
] %}
{%- set metrics = metrics + [
    ('ece_quantile', 'ece_quantile', zero, 'n', unknown, unknown),
    ('mce_quantile', 'mce_quantile', zero, 'n', unknown, unknown),
    ('brier_skill', '1 - ' ~ ml_monitor.safe_divide('brier', 'dummy_brier'), zero, 'n', unknown, unknown),
    ('accuracy_lift', ml_monitor.safe_divide('tp + tn', 'n') ~ ' - dummy_accuracy', zero, 'n', unknown, unknown),
] if dummies_relation is not none else metrics %}
{%- for name, value, error_bound, sample_count, success_count, standard_error in metrics %}
select
    rates.log_name,
    rates.model_id,
    rates.model_version,
    rates.granularity,
    rates.window_start,
    {%- for key in more_keys %}
    rates.{{ key }},
    {%- endfor %}
    rates.slice_key,
    rates.slice_value,
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    {{ sample_count }} as sample_count,
    {{ success_count }} as success_count,
    {{ standard_error }} as standard_error
from rates
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
