{{ config(enabled=ml_monitor.is_needed(model.name)) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end'] %}
/*
    Grain: log, model, version, window, slice, class and metric. One class of a multiclass model against the rest, for each
    class that occurred, was predicted or has class scores among the labelled rows. Hanley-McNeil's error of the AUC
    (Radiology 1982), on the logit scale; F1 as in int_ml_binary_metrics.
*/
with windows as (

    select * from {{ ref('int_ml_multiclass_windows') }}
    where known_at is null

),

window_ends as (

    select * from {{ ref('int_ml_windows') }}

),

classes as (

    select
        {{ keys | join(',\n        ') }},
        slice_key,
        slice_value,
        class_label,
        actual_count,
        predicted_count,
        true_positive_count,
        class_f1,
        0 as positive_count,
        0 as negative_count,
        cast(null as {{ ml_monitor.type_double() }}) as roc_auc,
        cast(null as {{ ml_monitor.type_double() }}) as roc_auc_error_bound
    from {{ ref('int_ml_class_windows') }}
    where known_at is null
    union all
    select
        ranked.log_name,
        ranked.model_id,
        ranked.model_version,
        ranked.granularity,
        ranked.window_start,
        window_ends.window_end,
        ranked.slice_key,
        ranked.slice_value,
        ranked.class_label,
        0 as actual_count,
        0 as predicted_count,
        0 as true_positive_count,
        cast(null as {{ ml_monitor.type_double() }}) as class_f1,
        ranked.positive_count,
        ranked.negative_count,
        ranked.roc_auc,
        ranked.roc_auc_error_bound
    from {{ ref('int_ml_class_ranked_windows') }} as ranked
    inner join window_ends
        on
            ranked.log_name = window_ends.log_name
            and ranked.model_id = window_ends.model_id
            and ranked.model_version = window_ends.model_version
            and ranked.granularity = window_ends.granularity
            and ranked.window_start = window_ends.window_start

),

merged as (

    select
        {%- for key in keys + ['slice_key', 'slice_value', 'class_label'] %}
        classes.{{ key }},
        {%- endfor %}
        max(windows.labelled_count) as n,
        {%- for column, alias in [
            ('actual_count', 'actual'), ('predicted_count', 'predicted'), ('true_positive_count', 'tp'),
            ('positive_count', 'positives'), ('negative_count', 'negatives'),
        ] %}
        cast(sum(classes.{{ column }}) as {{ ml_monitor.type_double() }}) as {{ alias }},
        {%- endfor %}
        max(classes.class_f1) as class_f1,
        max(classes.roc_auc) as roc_auc,
        max(classes.roc_auc_error_bound) as roc_auc_error_bound
    from classes
    inner join windows
        on
            {%- for key in keys[:5] %}
            {{ 'and ' if not loop.first }}classes.{{ key }} = windows.{{ key }}
            {%- endfor %}
            and coalesce(classes.slice_key, '') = coalesce(windows.slice_key, '')
            and coalesce(classes.slice_value, '') = coalesce(windows.slice_value, '')
    group by
        {%- for key in keys + ['slice_key', 'slice_value', 'class_label'] %}
        classes.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}

)

{%- set zero = ml_monitor.double_literal('0') %}
{%- set unknown = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
{%- set metrics = [
    ('precision', ml_monitor.safe_divide('tp', 'predicted'), zero, 'predicted', 'tp', unknown),
    ('recall', ml_monitor.safe_divide('tp', 'actual'), zero, 'actual', 'tp', unknown),
    (
        'f1', 'class_f1', zero, 'n', unknown,
        ml_monitor.counts_standard_error([('tp', '2 * (1 - class_f1)'), ('(actual + predicted - 2 * tp)', 'class_f1')])
        ~ ' / nullif(actual + predicted, 0)',
    ),
    ('support', 'actual', zero, 'n', unknown, unknown),
    ('class_share', ml_monitor.safe_divide('actual', 'n'), zero, 'n', 'actual', unknown),
    ('predicted_share', ml_monitor.safe_divide('predicted', 'n'), zero, 'n', 'predicted', unknown),
    (
        'roc_auc_ovr', 'roc_auc', 'coalesce(roc_auc_error_bound, 0)', 'positives + negatives', unknown,
        ml_monitor.auc_standard_error('roc_auc', 'positives', 'negatives'),
    ),
] %},

measured as (

{%- for name, value, error_bound, sample_count, success_count, standard_error in metrics %}
select
    {%- for key in keys + ['slice_key', 'slice_value', 'class_label'] %}
    merged.{{ key }},
    {%- endfor %}
    '{{ name }}' as metric_name,
    {{ value }} as metric_value,
    {{ error_bound }} as metric_error_bound,
    {{ sample_count }} as sample_count,
    {{ success_count }} as success_count,
    {{ 'nullif(' ~ standard_error ~ ', 0)' if name == 'roc_auc_ovr' else standard_error }} as standard_error,
    '{{ 'unit' if name == 'roc_auc_ovr' }}' as interval_scale,
    {{ unknown }} as degrees_of_freedom,
    {{ unknown }} as asymmetry,
    {%- for side in ['lower', 'upper'] %}
    {{ ml_monitor.f1_limit(side, 'tp', '(actual + predicted - tp)') if name == 'f1' else unknown }} as own_{{ side }},
    {%- endfor %}
    merged.n as labelled_count
from merged
{{ 'union all' if not loop.last }}
{%- endfor %}

),

{{ ml_monitor.select_with_limits() }}
