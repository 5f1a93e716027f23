{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start'] %}
/*
    Grain: log, model, version, window, known_at (null = now), slice and metric. Every metric of multiclass models, one line
    each; AUCs are there as of now only. Averages over classes are scikit-learn's: over those that occurred or were predicted,
    one that divides by 0 counting 0. sample_count is the labelled rows, for what needs class scores those of them that have
    some. Standard errors: by the delta method (int_ml_multiclass_windows), of losses from sums. ci_lower and ci_upper are
    there where neither Wilson's nor the normal interval is meant: for means of rates from the ends of the classes' own
    intervals.
*/
with ranked as (

    select
        {{ keys | join(',\n        ') }},
        slice_key,
        slice_value,
        count(*) as class_count,
        count(roc_auc) as ranked_class_count,
        count(*) filter (where positive_count > 0 and roc_auc is null) as only_class_count,
        avg(roc_auc) as mean_auc,
        avg(roc_auc_error_bound) as mean_bound,
        {{ ml_monitor.safe_divide('sum(roc_auc * positive_count)', 'sum(positive_count)') }} as weighted_auc,
        {{ ml_monitor.safe_divide('sum(roc_auc_error_bound * positive_count)', 'sum(positive_count)') }} as weighted_bound
    from {{ ref('int_ml_class_ranked_windows') }}
    group by
        {{ keys | join(',\n        ') }},
        slice_key,
        slice_value

),

counts as (

    select
        windows.*,
        windows.labelled_count as n,
        windows.correct_count as correct,
        windows.labelled_count * windows.labelled_count as n_square,
        cast(coalesce(losses.labelled_count, 0) as {{ ml_monitor.type_double() }}) as scored_n,
        losses.log_loss_sum,
        losses.log_loss_deviation_square_sum,
        losses.squared_error_sum,
        losses.squared_error_deviation_square_sum,
        losses.top_2_count,
        losses.top_3_count,
        case when ranked.ranked_class_count = ranked.class_count then ranked.mean_auc end as macro_auc,
        case when ranked.ranked_class_count = ranked.class_count then ranked.mean_bound end as macro_bound,
        case when ranked.only_class_count = 0 then ranked.weighted_auc end as weighted_auc,
        case when ranked.only_class_count = 0 then ranked.weighted_bound end as weighted_bound
    from {{ ref('int_ml_multiclass_windows') }} as windows
    {%- for alias, relation in [('losses', ref('int_ml_class_loss_windows')), ('ranked', 'ranked')] %}
    left join {{ relation }}{{ ' as ' ~ alias if alias == 'losses' }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}windows.{{ key }} = {{ alias }}.{{ key }}
            {%- endfor %}
            {%- if alias == 'losses' %}
            and coalesce(windows.known_at, windows.window_start) = coalesce(losses.known_at, losses.window_start)
            {%- else %}
            and windows.known_at is null
            {%- endif %}
            and coalesce(windows.slice_key, '') = coalesce({{ alias }}.slice_key, '')
            and coalesce(windows.slice_value, '') = coalesce({{ alias }}.slice_value, '')
    {%- endfor %}

)

{%- set zero = ml_monitor.double_literal('0') %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set accuracy = ml_monitor.safe_divide('correct', 'n') %}
{%- set log_loss = ml_monitor.safe_divide('log_loss_sum', 'scored_n') %}
{%- set log_loss_error = ml_monitor.mean_standard_error('log_loss_deviation_square_sum', 'scored_n') %}
{%- set metrics = [
    ('accuracy', accuracy, zero, 'n', 'correct', unknown),
    (
        'balanced_accuracy', ml_monitor.safe_divide('recall_sum', 'actual_class_count'), zero, 'n', unknown,
        ml_monitor.safe_divide('sqrt(recall_variance_sum)', 'actual_class_count'),
    ),
    (
        'precision_macro', ml_monitor.safe_divide('precision_sum', 'class_count'), zero, 'n', unknown,
        ml_monitor.safe_divide('sqrt(precision_variance_sum)', 'class_count'),
    ),
    (
        'recall_macro', ml_monitor.safe_divide('recall_sum', 'class_count'), zero, 'n', unknown,
        ml_monitor.safe_divide('sqrt(recall_variance_sum)', 'class_count'),
    ),
    (
        'f1_macro', ml_monitor.safe_divide('f1_sum', 'class_count'), zero, 'n', unknown,
        ml_monitor.safe_divide('sqrt(f1_variance_sum)', 'class_count'),
    ),
    ('precision_micro', accuracy, zero, 'n', 'correct', unknown),
    ('recall_micro', accuracy, zero, 'n', 'correct', unknown),
    ('f1_micro', accuracy, zero, 'n', 'correct', unknown),
    ('precision_weighted', ml_monitor.safe_divide('weighted_precision_sum', 'n'), zero, 'n', unknown, 'sqrt(weighted_precision_variance)'),
    ('recall_weighted', accuracy, zero, 'n', 'correct', unknown),
    ('f1_weighted', ml_monitor.safe_divide('weighted_f1_sum', 'n'), zero, 'n', unknown, 'sqrt(weighted_f1_variance)'),
    (
        'mcc',
        ml_monitor.safe_divide(
            'correct * n - product_sum', 'sqrt((n_square - predicted_square_sum) * (n_square - actual_square_sum))'
        ),
        zero, 'n', unknown, 'sqrt(mcc_variance)',
    ),
    (
        'cohen_kappa', '1 - ' ~ ml_monitor.safe_divide('n * (n - correct)', 'n_square - product_sum'), zero, 'n',
        unknown, 'sqrt(kappa_variance)',
    ),
    (
        'log_loss', log_loss, zero, 'scored_n', unknown,
        log_loss_error,
    ),
    (
        'brier', ml_monitor.safe_divide('squared_error_sum', 'scored_n'), zero, 'scored_n', unknown,
        ml_monitor.mean_standard_error('squared_error_deviation_square_sum', 'scored_n'),
    ),
    ('top_2_accuracy', ml_monitor.safe_divide('top_2_count', 'scored_n'), zero, 'scored_n', 'top_2_count', unknown),
    ('top_3_accuracy', ml_monitor.safe_divide('top_3_count', 'scored_n'), zero, 'scored_n', 'top_3_count', unknown),
    ('roc_auc_ovr_macro', 'macro_auc', 'macro_bound', 'scored_n', unknown, unknown),
    ('roc_auc_ovr_weighted', 'weighted_auc', 'weighted_bound', 'scored_n', unknown, unknown),
] %}
{%- set scales = {
    'f1_macro': 'unit', 'precision_weighted': 'unit', 'f1_weighted': 'unit', 'mcc': 'correlation', 'cohen_kappa': 'correlation',
    'log_loss': 'positive', 'brier': 'double_unit',
} %}
{%- set degrees_of_freedom = {
    'brier': 'scored_n - 1',
    'log_loss': ml_monitor.mean_degrees_of_freedom('scored_n', ml_monitor.gamma_asymmetry(log_loss, log_loss_error)),
} %}
{%- set means_of_rates = {
    'balanced_accuracy': ('recall', 'actual_class_count'), 'precision_macro': ('precision', 'class_count'),
    'recall_macro': ('recall', 'class_count'),
} %},

measured as (

{%- for name, value, error_bound, sample_count, success_count, standard_error in metrics %}
select
    {%- for key in keys + ['known_at', 'slice_key', 'slice_value'] %}
    counts.{{ key }},
    {%- endfor %}
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    {{ sample_count }} as sample_count,
    cast({{ success_count }} as {{ ml_monitor.type_double() }}) as success_count,
    {{ 'nullif(' ~ standard_error ~ ', 0)' if name in scales and name not in degrees_of_freedom else standard_error }} as standard_error,
    '{{ scales.get(name, '') }}' as interval_scale,
    {{ degrees_of_freedom.get(name, unknown) }} as degrees_of_freedom,
    {{ unknown }} as asymmetry,
    {%- for side in ['lower', 'upper'] %}
    {%- if name in means_of_rates %}
    {%- set rate, class_count = means_of_rates[name] %}
    {{ ml_monitor.mean_of_rates_limit(side, value, rate ~ '_' ~ side ~ '_square_sum', class_count) }} as own_{{ side }}
    {%- else %}
    {{ unknown }} as own_{{ side }}
    {%- endif %}
    {{- ',' if not loop.last }}
    {%- endfor %}
from counts
{{ 'where counts.known_at is null' if 'roc_auc' in name }}
{{ 'union all' if not loop.last }}
{%- endfor %}

),

{{ ml_monitor.select_with_limits() }}
