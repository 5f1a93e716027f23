{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'known_at', 'slice_key', 'slice_value'] %}
{%- set one = ml_monitor.double_literal('1') %}
/*
    Grain: log, model, version, window, known_at (null = now) and slice with labelled predictions of a multiclass model.
    What its classes and its confusion counts add up to. f1_variance_sum is the variance of the sum of the classes' F1 by the delta method
    (Takahashi et al. 2022): the sum over cells (actual i, predicted j) of n_ij g_ij^2 with g_ij = -F_i / d_i - F_j / d_j, on
    the diagonal 2 / d_i more, d being the rows that were of the class plus those that were predicted to be. The other
    variances likewise, g being how fast the metric changes with the cell: of kappa that of Fleiss, Cohen and Everitt (1969).
    *_square_sum of an end: what the ends of the classes' Wilson intervals are away from their rates, squared.
*/
with classes as (

    select
        class_windows.*,
        cast(class_windows.true_positive_count as {{ ml_monitor.type_double() }}) as tp,
        cast(class_windows.actual_count as {{ ml_monitor.type_double() }}) as actual,
        cast(class_windows.predicted_count as {{ ml_monitor.type_double() }}) as predicted
    from {{ ref('int_ml_class_windows') }} as class_windows

),

windows as (

    select
        {{ keys | join(',\n        ') }},
        sum(actual) as labelled_count,
        {{ one }} * count(*) as class_count,
        {{ one }} * count(*) filter (where actual > 0) as actual_class_count,
        sum(tp) as correct_count,
        sum(actual * predicted) as product_sum,
        sum(actual * actual) as actual_square_sum,
        sum(predicted * predicted) as predicted_square_sum,
        {%- for metric in ['precision', 'recall', 'f1'] %}
        coalesce(sum(class_{{ metric }}), 0) as {{ metric }}_sum,
        coalesce(sum(class_{{ metric }} * actual), 0) as weighted_{{ metric }}_sum,
        {%- endfor %}
        {%- for metric, total in [('recall', 'actual'), ('precision', 'predicted')] %}
        {%- set rate = 'class_' ~ metric %}
        sum({{ ml_monitor.safe_divide(rate ~ ' * (1 - ' ~ rate ~ ')', total) }}) as {{ metric }}_variance_sum,
        sum(power({{ rate }} - ({{ ml_monitor.wilson_lower('tp', total) }}), 2)) as {{ metric }}_lower_square_sum,
        sum(power({{ rate }} - ({{ ml_monitor.wilson_upper('tp', total) }}), 2)) as {{ metric }}_upper_square_sum
        {{- ',' if not loop.last }}
        {%- endfor %}
    from classes
    group by
        {{ keys | join(',\n        ') }}

),

class_gradients as (

    select
        {{ keys | join(',\n        ') }},
        class_label,
        actual,
        predicted,
        actual + predicted as either_count,
        coalesce(class_precision, 0) as class_precision,
        class_f1,
        {{ ml_monitor.safe_divide('class_f1', 'actual + predicted') }} as pull
    from classes

),

shares as (

    select
        windows.*,
        {{ ml_monitor.safe_divide('correct_count', 'labelled_count') }} as agreement,
        {{ ml_monitor.safe_divide('product_sum', 'labelled_count * labelled_count') }} as chance_agreement,
        {{ ml_monitor.safe_divide('actual_square_sum', 'labelled_count * labelled_count') }} as actual_concentration,
        {{ ml_monitor.safe_divide('predicted_square_sum', 'labelled_count * labelled_count') }} as predicted_concentration
    from windows

),

cells as (

    select
        {%- for key in keys %}
        confusion.{{ key }},
        {%- endfor %}
        confusion.labelled_count as cell_count,
        case when confusion.actual_label = confusion.predicted_label then {{ one }} else 0 end as is_right,
        shares.labelled_count as n,
        shares.weighted_precision_sum / shares.labelled_count as weighted_precision,
        shares.weighted_f1_sum / shares.labelled_count as weighted_f1,
        shares.agreement,
        shares.chance_agreement,
        shares.actual_concentration,
        shares.predicted_concentration,
        nullif(1 - shares.chance_agreement, 0) as kappa_scale,
        sqrt(nullif(greatest((1 - shares.actual_concentration) * (1 - shares.predicted_concentration), 0), 0)) as mcc_scale,
        {%- for alias in ['occurred', 'said'] %}
        {%- for column in ['actual', 'predicted', 'either_count', 'class_precision', 'class_f1', 'pull'] %}
        {{ alias }}.{{ column }} as {{ alias }}_{{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_ml_confusion_windows') }} as confusion
    inner join shares
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}confusion.{{ key }} = shares.{{ key }}
            {%- endfor %}
            and coalesce(confusion.known_at, confusion.window_start) = coalesce(shares.known_at, shares.window_start)
            and coalesce(confusion.slice_key, '') = coalesce(shares.slice_key, '')
            and coalesce(confusion.slice_value, '') = coalesce(shares.slice_value, '')
    {%- for alias, label in [('occurred', 'actual_label'), ('said', 'predicted_label')] %}
    inner join class_gradients as {{ alias }}
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}confusion.{{ key }} = {{ alias }}.{{ key }}
            {%- endfor %}
            and coalesce(confusion.known_at, confusion.window_start) = coalesce({{ alias }}.known_at, {{ alias }}.window_start)
            and coalesce(confusion.slice_key, '') = coalesce({{ alias }}.slice_key, '')
            and coalesce(confusion.slice_value, '') = coalesce({{ alias }}.slice_value, '')
            and confusion.{{ label }} = {{ alias }}.class_label
    {%- endfor %}

),

{#- derivatives by the count of the cell; all but that of F1 times n #}
{%- set chance_slope = '((occurred_predicted + said_actual) / n - 2 * chance_agreement)' %}
{%- set gradients = {
    'f1': 'is_right * 2 / occurred_either_count - occurred_pull - said_pull',
    'weighted_precision':
        '(occurred_class_precision - weighted_precision + said_actual * (is_right - said_class_precision) / said_predicted) / n',
    'weighted_f1':
        '(occurred_class_f1 - weighted_f1 - occurred_actual * occurred_pull - said_actual * said_pull'
        ~ ' + is_right * 2 * occurred_actual / occurred_either_count) / n',
    'kappa':
        '((is_right - agreement) / kappa_scale - (1 - agreement) / power(kappa_scale, 2) * ' ~ chance_slope ~ ') / n',
    'mcc':
        '((is_right - agreement - ' ~ chance_slope ~ ') / mcc_scale + (agreement - chance_agreement) / mcc_scale * ('
        ~ '(said_predicted / n - predicted_concentration) / nullif(1 - predicted_concentration, 0)'
        ~ ' + (occurred_actual / n - actual_concentration) / nullif(1 - actual_concentration, 0))) / n',
} %}

variances as (

    select
        {{ keys | join(',\n        ') }},
        {%- for metric, gradient in gradients.items() %}
        sum(cell_count * power({{ gradient }}, 2)) as {{ metric }}_variance{{ '_sum' if metric == 'f1' }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from cells
    group by
        {{ keys | join(',\n        ') }}

)

select
    windows.*,
    {%- for metric in gradients %}
    variances.{{ metric }}_variance{{ '_sum' if metric == 'f1' }}{{ ',' if not loop.last }}
    {%- endfor %}
from windows
inner join variances
    on
        {%- for key in keys[:5] %}
        {{ 'and ' if not loop.first }}windows.{{ key }} = variances.{{ key }}
        {%- endfor %}
        and coalesce(windows.known_at, windows.window_start) = coalesce(variances.known_at, variances.window_start)
        and coalesce(windows.slice_key, '') = coalesce(variances.slice_key, '')
        and coalesce(windows.slice_value, '') = coalesce(variances.slice_value, '')
