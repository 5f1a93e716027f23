{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
{%- set zero = ml_monitor.double_literal('0') %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
/*
    Grain: log, model, version, window, slice and metric. Every metric with sample weights; windows and slices with a
    labelled row of positive weight. sample_count is the rows of positive weight that the metric is made of. Standard
    errors by linearisation (macros/statistics/weighted_errors.sql). effective_count of a rate p: how many rows of equal
    weight would tell as much, the lower of Kish's (sum w)^2 / sum w^2 (Survey Sampling 1965) and of p (1 - p) / se^2;
    Wilson's interval is taken of that many. Intervals are those of the metrics without weights, with these errors and
    counts: equal weights change nothing.
*/
{%- set rates = [
    ('binary', 'sample_weighted_accuracy', ['true_positive', 'true_negative'], ['false_positive', 'false_negative']),
    ('binary', 'sample_weighted_precision', ['true_positive'], ['false_positive']),
    ('binary', 'sample_weighted_recall', ['true_positive'], ['false_negative']),
    ('binary', 'sample_weighted_base_rate', ['true_positive', 'false_negative'], ['false_positive', 'true_negative']),
    ('binary', 'specificity', ['true_negative'], ['false_positive']),
    ('binary', 'jaccard', ['true_positive'], ['false_positive', 'false_negative']),
    ('class', 'sample_weighted_accuracy', ['right'], ['wrong']),
] %}
{%- set means = [
    ('binary_sums', 'sample_weighted_mean_score', 'score', 'labelled', ''),
    ('binary_sums', 'sample_weighted_brier', 'squared_error', 'labelled', 'unit'),
    ('binary_sums', 'sample_weighted_log_loss', 'log_loss', 'labelled', 'positive'),
    ('class_windows', 'sample_weighted_log_loss', 'log_loss', 'scored', 'positive'),
    ('class_windows', 'sample_weighted_brier', 'squared_error', 'scored', 'double_unit'),
] %}
with binary_windows as (

    select * from {{ ref('int_ml_weighted_binary_windows') }}

),

class_windows as (

    select * from {{ ref('int_ml_weighted_class_windows') }}

),

regression_windows as (

    select * from {{ ref('int_ml_weighted_regression_windows') }}

),

ranked_windows as (

    select * from {{ ref('int_ml_weighted_ranked_windows') }}

),

binary_sums as (

    select
        binary_windows.*,
        {%- for part in ['weight', 'square_weight'] %}
        binary_windows.true_positive_{{ part }} + binary_windows.false_positive_{{ part }}
        + binary_windows.false_negative_{{ part }} + binary_windows.true_negative_{{ part }} as labelled_{{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from binary_windows

),

/* of each rate the rows that count as 1 and those that count as 0 */
rate_parts as (

    {%- for windows, metric, hits, misses in rates %}
    select
        '{{ windows }}' as windows_name,
        {{ keys | join(',\n        ') }},
        '{{ metric }}' as metric_name,
        {%- for part, cells in [('hit', hits), ('miss', misses)] %}
        {{ cells | join('_weight + ') }}_weight as {{ part }}_weight,
        {{ cells | join('_square_weight + ') }}_square_weight as {{ part }}_square_weight,
        {%- endfor %}
        {{ (hits + misses) | join('_count + ') }}_count as sample_count
    from {{ windows }}_windows
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rates as (

    select
        rate_parts.*,
        {{ ml_monitor.safe_divide('hit_weight', 'hit_weight + miss_weight') }} as metric_value,
        {{ ml_monitor.safe_divide('miss_weight', 'hit_weight + miss_weight') }} as complement
    from rate_parts

),

rate_errors as (

    select
        rates.*,
        {{ ml_monitor.safe_divide(
            'hit_square_weight * complement * complement + miss_square_weight * metric_value * metric_value',
            '(hit_weight + miss_weight) * (hit_weight + miss_weight)'
        ) }} as variance,
        {{ ml_monitor.safe_divide(
            '(hit_weight + miss_weight) * (hit_weight + miss_weight)', 'hit_square_weight + miss_square_weight'
        ) }} as kish_count
    from rates

),

rate_sizes as (

    select
        rate_errors.*,
        case
            when rate_errors.variance > 0 and rate_errors.metric_value * rate_errors.complement > 0
                then least(
                    rate_errors.kish_count,
                    {{ ml_monitor.safe_divide('rate_errors.metric_value * rate_errors.complement', 'rate_errors.variance') }}
                )
            else rate_errors.kish_count
        end as effective_count
    from rate_errors

),

rate_limits as (

    select
        rate_sizes.*,
        {{ ml_monitor.wilson_lower('metric_value * effective_count', 'effective_count') }} as rate_lower,
        {{ ml_monitor.wilson_upper('metric_value * effective_count', 'effective_count') }} as rate_upper
    from rate_sizes

),

recall_and_specificity as (

    select
        recalls.*,
        specificities.variance as specificity_variance,
        (recalls.metric_value + specificities.metric_value) / 2 as balanced_accuracy,
        power(recalls.metric_value - recalls.rate_lower, 2)
        + power(specificities.metric_value - specificities.rate_lower, 2) as lower_square_sum,
        power(recalls.metric_value - recalls.rate_upper, 2)
        + power(specificities.metric_value - specificities.rate_upper, 2) as upper_square_sum,
        recalls.sample_count + specificities.sample_count as labelled_count
    from rate_limits as recalls
    inner join rate_limits as specificities
        on
            recalls.log_name = specificities.log_name
            and recalls.model_id = specificities.model_id
            and recalls.model_version = specificities.model_version
            and recalls.granularity = specificities.granularity
            and recalls.window_start = specificities.window_start
            and coalesce(recalls.slice_key, '') = coalesce(specificities.slice_key, '')
            and coalesce(recalls.slice_value, '') = coalesce(specificities.slice_value, '')
    where
        recalls.metric_name = 'sample_weighted_recall'
        and specificities.metric_name = 'specificity'

),

/* F1 = 2 J / (1 + J) of the Jaccard index J, a rate */
jaccard as (

    select
        rate_limits.*,
        binary_sums.labelled_count,
        2 * rate_limits.metric_value / (1 + rate_limits.metric_value) as f1,
        2 * sqrt(rate_limits.variance) / power(1 + rate_limits.metric_value, 2) as f1_error
    from rate_limits
    inner join binary_sums
        on
            rate_limits.log_name = binary_sums.log_name
            and rate_limits.model_id = binary_sums.model_id
            and rate_limits.model_version = binary_sums.model_version
            and rate_limits.granularity = binary_sums.granularity
            and rate_limits.window_start = binary_sums.window_start
            and coalesce(rate_limits.slice_key, '') = coalesce(binary_sums.slice_key, '')
            and coalesce(rate_limits.slice_value, '') = coalesce(binary_sums.slice_value, '')
    where rate_limits.metric_name = 'jaccard'

),

mean_parts as (

    {%- for windows, metric, quantity, part, scale in means %}
    select
        {{ keys | join(',\n        ') }},
        '{{ metric }}' as metric_name,
        '{{ scale }}' as interval_scale,
        {{ part }}_weight as weight_sum,
        {{ part }}_square_weight as square_weight_sum,
        cast({{ part }}_count as {{ ml_monitor.type_double() }}) as sample_count,
        {{ quantity }}_square_weighted_sum as product_sum,
        {{ quantity }}_square_sum as square_sum,
        {{ ml_monitor.safe_divide(quantity ~ '_sum', part ~ '_weight') }} as metric_value
    from {{ windows }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

mean_errors as (

    select
        mean_parts.*,
        {{ ml_monitor.weighted_deviation_square_sum('square_sum', 'product_sum', 'square_weight_sum', 'metric_value') }} as deviation_square_sum,
        {{ ml_monitor.safe_divide('weight_sum * weight_sum', 'square_weight_sum') }} as kish_count
    from mean_parts

),

/* shares of the weight in each cell: their products do not grow with the weights */
confusion as (

    select
        binary_sums.*,
        ranked_windows.roc_auc,
        ranked_windows.roc_auc_error_bound,
        ranked_windows.roc_auc_standard_error,
        ranked_windows.roc_auc_degrees_of_freedom,
        ranked_windows.average_precision,
        ranked_windows.average_precision_error_bound,
        cast(binary_sums.labelled_count as {{ ml_monitor.type_double() }}) as n,
        /* what one of the rows that the weights are worth is of the whole */
        {{ ml_monitor.safe_divide('binary_sums.labelled_square_weight', 'binary_sums.labelled_weight * binary_sums.labelled_weight') }} as row_share,
        {%- for short, cell in [('tp', 'true_positive'), ('fp', 'false_positive'), ('fn', 'false_negative'), ('tn', 'true_negative')] %}
        {{ ml_monitor.safe_divide('binary_sums.' ~ cell ~ '_weight', 'binary_sums.labelled_weight') }} as {{ short }}{{ ',' if not loop.last }}
        {%- endfor %}
    from binary_sums
    left join ranked_windows
        on
            binary_sums.log_name = ranked_windows.log_name
            and binary_sums.model_id = ranked_windows.model_id
            and binary_sums.model_version = ranked_windows.model_version
            and binary_sums.granularity = ranked_windows.granularity
            and binary_sums.window_start = ranked_windows.window_start
            and coalesce(binary_sums.slice_key, '') = coalesce(ranked_windows.slice_key, '')
            and coalesce(binary_sums.slice_value, '') = coalesce(ranked_windows.slice_value, '')

),

agreements as (

    select
        confusion.*,
        {%- set scale = 'sqrt(confusion.tp + confusion.fp) * sqrt(confusion.tp + confusion.fn)'
            ~ ' * sqrt(confusion.tn + confusion.fp) * sqrt(confusion.tn + confusion.fn)' %}
        nullif({{ scale }}, 0) as mcc_scale,
        {{ ml_monitor.safe_divide('confusion.tp * confusion.tn - confusion.fp * confusion.fn', scale) }} as mcc,
        {%- for cell in ['tp', 'fp', 'fn', 'tn'] %}
        confusion.{{ cell }} + confusion.row_share as {{ cell }}_padded{{ ',' if not loop.last }}
        {%- endfor %}
    from confusion

),

/* one row more of each kind */
padded as (

    select
        agreements.*,
        {%- set scale = 'sqrt(agreements.tp_padded + agreements.fp_padded) * sqrt(agreements.tp_padded + agreements.fn_padded)'
            ~ ' * sqrt(agreements.tn_padded + agreements.fp_padded) * sqrt(agreements.tn_padded + agreements.fn_padded)' %}
        {{ scale }} as mcc_scale_padded,
        (agreements.tp_padded * agreements.tn_padded - agreements.fp_padded * agreements.fn_padded) / ({{ scale }}) as mcc_padded
    from agreements

),

regression as (

    select
        regression_windows.*,
        cast(regression_windows.labelled_count as {{ ml_monitor.type_double() }}) as n,
        {{ ml_monitor.safe_divide('regression_windows.absolute_error_sum', 'regression_windows.weight_sum') }} as mae,
        {{ ml_monitor.safe_divide('regression_windows.squared_error_sum', 'regression_windows.weight_sum') }} as mse,
        {{ ml_monitor.weighted_mean_error(
            'regression_windows.squared_error_deviation_square_sum', 'regression_windows.weight_sum', 'regression_windows.labelled_count'
        ) }} as mse_error,
        {%- for quantity in ['absolute_error', 'squared_error', 'absolute_percentage_error'] %}
        {%- set part = 'nonzero_actual_weight' if quantity == 'absolute_percentage_error' else 'weight_sum' %}
        {%- set squares = 'nonzero_actual_square_weight' if quantity == 'absolute_percentage_error' else 'square_weight_sum' %}
        {{ ml_monitor.safe_divide('regression_windows.' ~ part ~ ' * regression_windows.' ~ part, 'regression_windows.' ~ squares) }} as {{ quantity }}_kish_count,
        {{ ml_monitor.weighted_mean_asymmetry(
            'regression_windows.' ~ quantity ~ '_deviation_cube_sum', 'regression_windows.' ~ quantity ~ '_deviation_square_sum'
        ) }} as {{ quantity }}_asymmetry,
        {%- endfor %}
        {{ ml_monitor.safe_divide('regression_windows.error_sum', 'regression_windows.weight_sum') }} as bias,
        {{ ml_monitor.safe_divide('regression_windows.absolute_error_sum', 'regression_windows.absolute_actual_sum') }} as wape,
        case
            when regression_windows.actual_minimum < regression_windows.actual_maximum then regression_windows.actual_deviation_square_sum
        end as spread
    from regression_windows

)

{%- set binary_kish = ml_monitor.safe_divide('labelled_weight * labelled_weight', 'labelled_square_weight') %}
{%- set whole = 'nullif(labelled_weight * labelled_weight, 0)' %}
{%- set mcc_error = ml_monitor.mcc_standard_error(
    'true_positive_square_weight / ' ~ whole, 'true_negative_square_weight / ' ~ whole,
    'false_positive_square_weight / ' ~ whole, 'false_negative_square_weight / ' ~ whole,
) %}
{%- set padded = ' / ' ~ whole ~ ' + row_share * row_share)' %}
{%- set padded_mcc_error = ml_monitor.mcc_standard_error(
    '(true_positive_square_weight' ~ padded, '(true_negative_square_weight' ~ padded, '(false_positive_square_weight' ~ padded,
    '(false_negative_square_weight' ~ padded, '_padded',
) %}
{%- set precision_error = 'sqrt(' ~ ml_monitor.safe_divide(
    'average_precision * (1 - average_precision) * (true_positive_square_weight + false_negative_square_weight)',
    'power(true_positive_weight + false_negative_weight, 2)'
) ~ ')' %}
{%- set metrics = [
    ('rate_limits', none, 'metric_value', zero, 'sample_count', 'sqrt(variance)', 'effective_count'),
    (
        'mean_errors', none, 'metric_value', zero, 'sample_count',
        ml_monitor.weighted_mean_error('deviation_square_sum', 'weight_sum', 'sample_count'), unknown,
    ),
    (
        'recall_and_specificity', 'sample_weighted_balanced_accuracy', 'balanced_accuracy', zero, 'labelled_count',
        'sqrt(variance + specificity_variance) / 2', unknown,
    ),
    ('jaccard', 'sample_weighted_f1', 'f1', zero, 'labelled_count', 'f1_error', unknown),
    ('padded', 'sample_weighted_mcc', 'mcc', zero, 'n', mcc_error, unknown),
    ('confusion', 'sample_weighted_roc_auc', 'roc_auc', 'roc_auc_error_bound', 'n', 'roc_auc_standard_error', unknown),
    (
        'confusion', 'sample_weighted_average_precision', 'average_precision', 'average_precision_error_bound', 'n',
        precision_error, unknown,
    ),
    ('confusion', 'sample_weight_effective_count', binary_kish, zero, 'n', unknown, unknown),
    (
        'class_windows', 'sample_weight_effective_count',
        ml_monitor.safe_divide(
            '(right_weight + wrong_weight) * (right_weight + wrong_weight)', 'right_square_weight + wrong_square_weight'
        ),
        zero, 'right_count + wrong_count', unknown, unknown,
    ),
    (
        'regression', 'sample_weight_effective_count', ml_monitor.safe_divide('weight_sum * weight_sum', 'square_weight_sum'),
        zero, 'n', unknown, unknown,
    ),
    (
        'regression', 'sample_weighted_mae', 'mae', zero, 'n',
        ml_monitor.weighted_mean_error('absolute_error_deviation_square_sum', 'weight_sum', 'labelled_count'), unknown,
    ),
    ('regression', 'sample_weighted_mse', 'mse', zero, 'n', 'mse_error', unknown),
    ('regression', 'sample_weighted_rmse', 'sqrt(mse)', zero, 'n', ml_monitor.safe_divide('mse_error', '2 * sqrt(mse)'), unknown),
    (
        'regression', 'sample_weighted_bias', 'bias', zero, 'n',
        ml_monitor.weighted_mean_error('error_deviation_square_sum', 'weight_sum', 'labelled_count'), unknown,
    ),
    ('regression', 'sample_weighted_r2', '1 - ' ~ ml_monitor.safe_divide('squared_error_sum', 'spread'), zero, 'n', unknown, unknown),
    (
        'regression', 'sample_weighted_mape',
        ml_monitor.safe_divide('absolute_percentage_error_sum', 'nonzero_actual_weight'), zero, 'nonzero_actual_count',
        ml_monitor.weighted_mean_error(
            'absolute_percentage_error_deviation_square_sum', 'nonzero_actual_weight', 'nonzero_actual_count'
        ),
        unknown,
    ),
    (
        'regression', 'sample_weighted_wape', 'wape', zero, 'n',
        ml_monitor.weighted_mean_error('wape_deviation_square_sum', 'absolute_actual_sum', 'labelled_count'), unknown,
    ),
] %}
{%- set scales = {
    'sample_weighted_roc_auc': 'unit', 'sample_weighted_average_precision': 'unit', 'sample_weighted_mae': 'skewed',
    'sample_weighted_mse': 'skewed', 'sample_weighted_rmse': 'skewed_root', 'sample_weighted_mape': 'skewed',
    'sample_weighted_wape': 'positive',
} %}
{%- set skewed = {
    'sample_weighted_mae': 'absolute_error', 'sample_weighted_mse': 'squared_error', 'sample_weighted_rmse': 'squared_error',
    'sample_weighted_mape': 'absolute_percentage_error',
} %}
{%- set own_limits = {} %}
{%- for side in ['lower', 'upper'] %}
{%- do own_limits.update({
    'sample_weighted_f1 ' ~ side: '2 * rate_' ~ side ~ ' / (1 + rate_' ~ side ~ ')',
    'sample_weighted_mcc ' ~ side: ml_monitor.agreement_limit(side, 'mcc', 'mcc_padded', padded_mcc_error),
    'sample_weighted_balanced_accuracy ' ~ side:
        ml_monitor.mean_of_rates_limit(side, 'balanced_accuracy', side ~ '_square_sum', '2'),
}) %}
{%- endfor %},

measured as (

{%- for relation, metric, value, error_bound, sample_count, standard_error, effective_count in metrics %}
select
    {%- for key in keys %}
    {{ relation }}.{{ key }},
    {%- endfor %}
    {{ "'" ~ metric ~ "' as metric_name" if metric else relation ~ '.metric_name' }},
    {{ value ~ ' as metric_value' if value != 'metric_value' else value }},
    {{ error_bound }} as metric_error_bound,
    cast({{ sample_count }} as {{ ml_monitor.type_double() }}) as sample_count,
    {{ unknown }} as success_count,
    {{ standard_error }} as standard_error,
    {{ effective_count ~ ' as effective_count' if effective_count != 'effective_count' else effective_count }},
    {%- if relation == 'mean_errors' %}
    mean_errors.interval_scale,
    case
        when mean_errors.interval_scale = 'positive'
            then {{ ml_monitor.mean_degrees_of_freedom('mean_errors.kish_count', ml_monitor.gamma_asymmetry('mean_errors.metric_value', standard_error)) }}
        when mean_errors.interval_scale != '' then mean_errors.kish_count - 1
    end as degrees_of_freedom,
    {%- else %}
    '{{ scales.get(metric, '') }}' as interval_scale,
    {{ 'roc_auc_degrees_of_freedom' if metric == 'sample_weighted_roc_auc'
        else ml_monitor.mean_degrees_of_freedom(skewed[metric] ~ '_kish_count', skewed[metric] ~ '_asymmetry') if metric in skewed
        else unknown }} as degrees_of_freedom,
    {%- endif %}
    {{ skewed[metric] ~ '_asymmetry' if metric in skewed else unknown }} as asymmetry,
    {{ own_limits.get((metric or '') ~ ' lower', unknown) }} as own_lower,
    {{ own_limits.get((metric or '') ~ ' upper', unknown) }} as own_upper
from {{ relation }}
{%- if relation == 'rate_limits' %}
where {{ relation }}.metric_name not in ('specificity', 'jaccard')
{%- endif %}
{{ 'union all' if not loop.last }}
{%- endfor %}

),

{{ ml_monitor.select_with_limits() }}
