/*
    Grain: model, version, window, slice, predicted class and actual class that occur together, of binary (classes 0 and
    1) and multiclass models. The rows of a window and slice add up to its labelled predictions; a pair of classes
    without one has no row.
*/
{%- set keys = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end', 'slice_key', 'slice_value'] %}
with pairs as (

    {%- if ml_monitor.is_needed('int_ml_confusion_windows') %}
    select
        {{ keys | join(',\n        ') }},
        predicted_label,
        actual_label,
        labelled_count as row_count
    from {{ ref('int_ml_confusion_windows') }}
    where known_at is null
    union all
    {%- endif %}
    {%- for column, predicted_label, actual_label in [
        ('true_positive_count', '1', '1'), ('false_positive_count', '1', '0'),
        ('false_negative_count', '0', '1'), ('true_negative_count', '0', '0'),
    ] %}
    select
        {{ keys | join(',\n        ') }},
        '{{ predicted_label }}' as predicted_label,
        '{{ actual_label }}' as actual_label,
        {{ column }} as row_count
    from {{ ref('int_ml_binary_windows') }}
    where {{ column }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

totalled as (

    select
        pairs.*,
        {%- for name, labels in [
            ('predicted_count', ', pairs.predicted_label'), ('actual_count', ', pairs.actual_label'), ('labelled_count', ''),
        ] %}
        sum(pairs.row_count) over (
            partition by
                {% for key in keys %}pairs.{{ key }}{{ ', ' if not loop.last }}{% endfor %}{{ labels }}
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from pairs

)

select
    totalled.model_id,
    totalled.model_version,
    totalled.granularity,
    totalled.window_start,
    totalled.window_end,
    totalled.slice_key,
    totalled.slice_value,
    maturity.is_complete,
    maturity.is_mature,
    totalled.predicted_label,
    totalled.actual_label,
    {%- for column in ['row_count', 'predicted_count', 'actual_count', 'labelled_count'] %}
    cast(totalled.{{ column }} as {{ dbt.type_bigint() }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from totalled
inner join {{ ref('int_ml_window_maturity') }} as maturity
    on
        totalled.log_name = maturity.log_name
        and totalled.model_id = maturity.model_id
        and totalled.model_version = maturity.model_version
        and totalled.granularity = maturity.granularity
        and totalled.window_start = maturity.window_start
