{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'slice_key', 'slice_value'] %}
{%- set one = ml_monitor.double_literal('1') %}
/*
    Grain: log, model, version, window and slice with labelled predictions of a multiclass model. What its classes and
    its confusion counts add up to. f1_variance_sum is the variance of the sum of the classes' F1 by the delta method
    (Takahashi et al. 2022): the sum over cells (actual i, predicted j) of n_ij g_ij^2 with g_ij = -F_i / d_i - F_j / d_j, on
    the diagonal 2 / d_i more, d being the rows that were of the class plus those that were predicted to be.
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
        sum({{ ml_monitor.safe_divide('class_recall * (1 - class_recall)', 'actual') }}) as recall_variance_sum
    from classes
    group by
        {{ keys | join(',\n        ') }}

),

class_gradients as (

    select
        {{ keys | join(',\n        ') }},
        class_label,
        actual + predicted as either_count,
        {{ ml_monitor.safe_divide('class_f1', 'actual + predicted') }} as pull
    from classes

),

f1_gradients as (

    select
        {%- for key in keys %}
        confusion.{{ key }},
        {%- endfor %}
        sum(
            confusion.labelled_count
            * power(
                case when confusion.actual_label = confusion.predicted_label then 2 / occurred.either_count else 0 end
                - occurred.pull - said.pull,
                2
            )
        ) as f1_variance_sum
    from {{ ref('int_ml_confusion_windows') }} as confusion
    {%- for alias, label in [('occurred', 'actual_label'), ('said', 'predicted_label')] %}
    inner join class_gradients as {{ alias }}
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}confusion.{{ key }} = {{ alias }}.{{ key }}
            {%- endfor %}
            and coalesce(confusion.slice_key, '') = coalesce({{ alias }}.slice_key, '')
            and coalesce(confusion.slice_value, '') = coalesce({{ alias }}.slice_value, '')
            and confusion.{{ label }} = {{ alias }}.class_label
    {%- endfor %}
    group by
        {%- for key in keys %}
        confusion.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}

)

select
    windows.*,
    f1_gradients.f1_variance_sum
from windows
inner join f1_gradients
    on
        {%- for key in keys[:5] %}
        {{ 'and ' if not loop.first }}windows.{{ key }} = f1_gradients.{{ key }}
        {%- endfor %}
        and coalesce(windows.slice_key, '') = coalesce(f1_gradients.slice_key, '')
        and coalesce(windows.slice_value, '') = coalesce(f1_gradients.slice_value, '')
