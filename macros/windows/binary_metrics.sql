{#
    Every metric of binary classifiers, one line each, from the confusion counts and sums of windows
    (int_ml_binary_windows and the relations beside it, or their as-known twins with more_keys known_at). What takes
    quantile bins or a dummy is left out where there is no dummies_relation, and so are the intervals of KS and ECE.
#}
{% macro binary_metrics(windows_relation, ranked_relation, calibration_relation, dummies_relation=none, separations_relation=none, more_keys=[]) -%}
with counts as (

    select
        windows.*,
        ranked.roc_auc,
        ranked.roc_auc_error_bound,
        ranked.roc_auc_standard_error,
        /* DeLong's error is as sure as the smaller class lets it be */
        case
            when ranked.is_exact
                then cast(least(ranked.positive_count, ranked.negative_count) - 1 as {{ ml_monitor.type_double() }})
        end as roc_auc_degrees_of_freedom,
        ranked.ks_separation,
        ranked.ks_separation_error_bound,
        ranked.average_precision,
        ranked.average_precision_error_bound,
        calibration.ece,
        calibration.mce,
        {%- if dummies_relation is not none %}
        calibration.ece_quantile,
        calibration.mce_quantile,
        calibration.ece_lower,
        calibration.ece_upper,
        calibration.ece_quantile_lower,
        calibration.ece_quantile_upper,
        separations.ks_standard_error,
        separations.ks_lower,
        separations.ks_upper,
        dummies.says_positive,
        dummies.reference_rate,
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
    left join {{ separations_relation }} as separations
        on
            windows.log_name = separations.log_name
            and windows.model_id = separations.model_id
            and windows.model_version = separations.model_version
            and windows.granularity = separations.granularity
            and windows.window_start = separations.window_start
            and coalesce(windows.slice_key, '') = coalesce(separations.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce(separations.slice_value, '')
    {%- endif %}

),

rates as (

    select
        counts.*,
        {{ ml_monitor.safe_divide('tp', 'tp + fn') }} as recall,
        {{ ml_monitor.safe_divide('tn', 'tn + fp') }} as specificity,
        {{ ml_monitor.safe_divide('2 * tp', '2 * tp + fp + fn') }} as f1,
        {{ ml_monitor.safe_divide('1.25 * tp', '1.25 * tp + 0.25 * fn + fp') }} as f_beta_05,
        {{ ml_monitor.safe_divide('5 * tp', '5 * tp + 4 * fn + fp') }} as f_beta_2,
        {%- if dummies_relation is not none %}
        /* rows that only the model gets right, and those that only the dummy does */
        case when says_positive then tn when not says_positive then tp end as won_count,
        case when says_positive then fn when not says_positive then fp end as lost_count,
        {%- endif %}
        nullif(sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)), 0) as mcc_scale,
        nullif((tp + fp) * (tn + fp) + (tp + fn) * (tn + fn), 0) as kappa_scale,
        /* one row more of each kind */
        {%- for cell in ['tp', 'fp', 'fn', 'tn'] %}
        {{ cell }} + 1 as {{ cell }}_padded,
        {%- endfor %}
        sqrt((tp + fp + 2) * (tp + fn + 2) * (tn + fp + 2) * (tn + fn + 2)) as mcc_scale_padded,
        (tp + fp + 2) * (tn + fp + 2) + (tp + fn + 2) * (tn + fn + 2) as kappa_scale_padded
    from counts

),

agreements as (

    select
        rates.*,
        (tp * tn - fp * fn) / mcc_scale as mcc,
        2 * (tp * tn - fp * fn) / kappa_scale as cohen_kappa,
        (tp_padded * tn_padded - fp_padded * fn_padded) / mcc_scale_padded as mcc_padded,
        2 * (tp_padded * tn_padded - fp_padded * fn_padded) / kappa_scale_padded as cohen_kappa_padded
    from rates

)

{%- set zero = ml_monitor.double_literal('0') %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{#- slopes: how fast a metric changes with each confusion count #}
{%- set f1_error = ml_monitor.counts_standard_error([('tp', '2 * (1 - f1)'), ('fn + fp', 'f1')]) ~ ' / nullif(2 * tp + fp + fn, 0)' %}
{%- set f_beta_05_error = ml_monitor.counts_standard_error([('tp', '1.25 * (1 - f_beta_05)'), ('fn', '0.25 * f_beta_05'), ('fp', 'f_beta_05')])
    ~ ' / nullif(1.25 * tp + 0.25 * fn + fp, 0)' %}
{%- set f_beta_2_error = ml_monitor.counts_standard_error([('tp', '5 * (1 - f_beta_2)'), ('fn', '4 * f_beta_2'), ('fp', 'f_beta_2')])
    ~ ' / nullif(5 * tp + 4 * fn + fp, 0)' %}
{%- set mcc_error = ml_monitor.mcc_standard_error('tp', 'tn', 'fp', 'fn') %}
{%- set kappa_error = ml_monitor.kappa_standard_error() %}
{%- set log_loss_error = ml_monitor.mean_standard_error('log_loss_deviation_square_sum', 'n') %}
{%- set rates_error = 'sqrt(' ~ ml_monitor.safe_divide('recall * (1 - recall)', 'tp + fn') ~ ' + '
    ~ ml_monitor.safe_divide('specificity * (1 - specificity)', 'tn + fp') ~ ') / 2' %}
{%- set precision_error = 'sqrt(' ~ ml_monitor.safe_divide('average_precision * (1 - average_precision)', 'tp + fn') ~ ')' %}
{%- set metrics = [
    ('true_positive_count', 'case when n > 0 then tp end', zero, 'n', unknown, unknown),
    ('false_positive_count', 'case when n > 0 then fp end', zero, 'n', unknown, unknown),
    ('false_negative_count', 'case when n > 0 then fn end', zero, 'n', unknown, unknown),
    ('true_negative_count', 'case when n > 0 then tn end', zero, 'n', unknown, unknown),
    ('accuracy', ml_monitor.safe_divide('tp + tn', 'n'), zero, 'n', 'tp + tn', unknown),
    ('precision', ml_monitor.safe_divide('tp', 'tp + fp'), zero, 'tp + fp', 'tp', unknown),
    ('recall', 'recall', zero, 'tp + fn', 'tp', unknown),
    ('specificity', 'specificity', zero, 'tn + fp', 'tn', unknown),
    ('f1', 'f1', zero, 'n', unknown, f1_error),
    ('f_beta_05', 'f_beta_05', zero, 'n', unknown, f_beta_05_error),
    ('f_beta_2', 'f_beta_2', zero, 'n', unknown, f_beta_2_error),
    ('balanced_accuracy', '(recall + specificity) / 2', zero, 'n', unknown, rates_error),
    ('mcc', 'mcc', zero, 'n', unknown, mcc_error),
    ('cohen_kappa', 'cohen_kappa', zero, 'n', unknown, kappa_error),
    ('roc_auc', 'roc_auc', 'roc_auc_error_bound', 'n', unknown, 'roc_auc_standard_error'),
    ('gini', '2 * roc_auc - 1', '2 * roc_auc_error_bound', 'n', unknown, '2 * roc_auc_standard_error'),
    (
        'ks_separation', 'ks_separation', 'ks_separation_error_bound', 'n', unknown,
        'ks_standard_error' if dummies_relation is not none else unknown,
    ),
    ('average_precision', 'average_precision', 'average_precision_error_bound', 'n', unknown, precision_error),
    ('log_loss', 'log_loss', zero, 'n', unknown, log_loss_error),
    ('brier', 'brier', zero, 'n', unknown, ml_monitor.mean_standard_error('squared_error_deviation_square_sum', 'n')),
    ('ece', 'ece', zero, 'n', unknown, unknown),
    ('mce', 'mce', zero, 'n', unknown, unknown),
    ('base_rate', ml_monitor.safe_divide('tp + fn', 'n'), zero, 'n', 'tp + fn', unknown),
    ('mean_score', 'mean_score', zero, 'n', unknown, ml_monitor.mean_standard_error('labelled_score_deviation_square_sum', 'n')),
] %}
{%- if dummies_relation is not none %}
{#- the dummy's squared error is reference_rate^2 + actual (1 - 2 reference_rate) #}
{%- set dummy_slope = '(1 - 2 * reference_rate)' %}
{%- set skill_error = ml_monitor.ratio_standard_error(
    'squared_error_deviation_square_sum',
    dummy_slope ~ ' * (positive_squared_error_sum - squared_error_sum * ((tp + fn) / nullif(n, 0)))',
    dummy_slope ~ ' * ' ~ dummy_slope ~ ' * (tp + fn) * ((tn + fp) / nullif(n, 0))',
    '(brier / nullif(dummy_brier, 0))', '(dummy_brier * n)', 'n',
) %}
{%- set lift_error = 'sqrt(won_count + lost_count - ' ~ ml_monitor.safe_divide('power(won_count - lost_count, 2)', 'n') ~ ') / nullif(n, 0)' %}
{%- set metrics = metrics + [
    ('ece_quantile', 'ece_quantile', zero, 'n', unknown, unknown),
    ('mce_quantile', 'mce_quantile', zero, 'n', unknown, unknown),
    ('brier_skill', '1 - ' ~ ml_monitor.safe_divide('brier', 'dummy_brier'), zero, 'n', unknown, skill_error),
    ('accuracy_lift', ml_monitor.safe_divide('tp + tn', 'n') ~ ' - dummy_accuracy', zero, 'n', unknown, lift_error),
] %}
{%- endif %}
{%- set scales = {
    'f_beta_05': 'unit', 'f_beta_2': 'unit', 'roc_auc': 'unit', 'gini': 'correlation', 'average_precision': 'unit',
    'brier_skill': 'skill', 'brier': 'unit', 'log_loss': 'positive',
} %}
{%- set degrees_of_freedom = {
    'roc_auc': 'roc_auc_degrees_of_freedom', 'gini': 'roc_auc_degrees_of_freedom', 'brier': 'n - 1',
    'log_loss': ml_monitor.mean_degrees_of_freedom('n', ml_monitor.gamma_asymmetry('log_loss', log_loss_error)),
} %}
{%- if dummies_relation is not none %}
{%- do degrees_of_freedom.update({
    'brier_skill': ml_monitor.mean_degrees_of_freedom(
        'n', ml_monitor.gamma_asymmetry('(brier / nullif(dummy_brier, 0))', skill_error),
    ),
}) %}
{%- endif %}
{%- set own_limits = {} %}
{%- for side in ['lower', 'upper'] %}
{%- set wilson = ml_monitor.wilson_lower if side == 'lower' else ml_monitor.wilson_upper %}
{%- do own_limits.update({
    'f1 ' ~ side: ml_monitor.f1_limit(side, 'tp', 'tp + fp + fn'),
    'balanced_accuracy ' ~ side: ml_monitor.mean_of_rates_limit(
        side, '(recall + specificity) / 2',
        '(power(recall - (' ~ wilson('tp', 'tp + fn') ~ '), 2) + power(specificity - (' ~ wilson('tn', 'tn + fp') ~ '), 2))', '2',
    ),
    'mcc ' ~ side: ml_monitor.agreement_limit(
        side, 'mcc', 'mcc_padded', ml_monitor.mcc_standard_error('tp_padded', 'tn_padded', 'fp_padded', 'fn_padded', '_padded'),
    ),
    'cohen_kappa ' ~ side: ml_monitor.agreement_limit(
        side, 'cohen_kappa', 'cohen_kappa_padded', ml_monitor.kappa_standard_error('_padded'),
    ),
}) %}
{%- if dummies_relation is not none %}
{%- do own_limits.update({
    'ks_separation ' ~ side: 'ks_' ~ side,
    'ece ' ~ side: 'ece_' ~ side,
    'ece_quantile ' ~ side: 'ece_quantile_' ~ side,
    'accuracy_lift ' ~ side: ml_monitor.paired_rates_limit(side, 'won_count', 'lost_count', 'n'),
}) %}
{%- endif %}
{%- endfor %},

measured as (

{%- for name, value, error_bound, sample_count, success_count, standard_error in metrics %}
select
    agreements.log_name,
    agreements.model_id,
    agreements.model_version,
    agreements.granularity,
    agreements.window_start,
    {%- for key in more_keys %}
    agreements.{{ key }},
    {%- endfor %}
    agreements.slice_key,
    agreements.slice_value,
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    {{ sample_count }} as sample_count,
    {{ success_count }} as success_count,
    {{ standard_error }} as standard_error,
    '{{ scales.get(name, '') }}' as interval_scale,
    {{ degrees_of_freedom.get(name, unknown) }} as degrees_of_freedom,
    {{ unknown }} as asymmetry,
    {{ own_limits.get(name ~ ' lower', unknown) }} as own_lower,
    {{ own_limits.get(name ~ ' upper', unknown) }} as own_upper
from agreements
{{ 'union all' if not loop.last }}
{%- endfor %}

),

{{ ml_monitor.select_with_limits() }}
{%- endmacro %}
