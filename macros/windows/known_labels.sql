{#
    The first date before which all of these moments lie: what happened at them is known before that date. The first
    moment is never null; a null one among the others does not count.
#}
{% macro known_date(first_moment, other_moments) %}
    {%- set moments = [first_moment] -%}
    {%- for moment in other_moments -%}
        {%- do moments.append('coalesce(' ~ moment ~ ', ' ~ first_moment ~ ')') -%}
    {%- endfor -%}
    {{ return('cast(cast(greatest(' ~ moments | join(', ') ~ ') as date) + 1 as date)') }}
{% endmacro %}


{#
    The first date from which a window with this day is looked back at: the end of its week or of its month. What was known
    earlier makes no difference, and cubes by known_date are smaller without it.
#}
{% macro first_look_date(predicted_date) -%}
    least(
        cast(cast(date_trunc('week', {{ predicted_date }}) as date) + 7 as date),
        cast(date_trunc('month', cast(date_trunc('month', {{ predicted_date }}) as date) + 32) as date)
    )
{%- endmacro %}


{#
    The select of every outcome that a prediction of a task has or had: known on the dates from known_date on, before
    superseded_date where a newer outcome took its place.
        labels as ({{ ml_monitor.known_labels('binary_classification', ['score', 'actual_value']) }})
    task: null for all. in_dirty_days: whether the model is replaced by day. Every date on which one may look back at the
    day (first_look_date and later) finds the same; what was known and superseded before then is not here.
#}
{% macro known_labels(task, columns, in_dirty_days=true) %}
    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        {%- for column in columns %}
        predictions.{{ column }},
        {%- endfor %}
        greatest(
            {{ ml_monitor.known_date('predictions.observed_at', ['predictions.outcome_loaded_at', 'predictions.loaded_at']) }},
            {{ ml_monitor.first_look_date('predictions.predicted_date') | indent(8) }}
        ) as known_date,
        cast(null as date) as superseded_date
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') if in_dirty_days }}
    where
        predictions.observed_at is not null
        {%- if task is not none %}
        and predictions.task = '{{ task }}'
        {%- endif %}
    union all
    select
        superseded.log_name,
        superseded.model_id,
        superseded.model_version,
        superseded.predicted_date,
        {%- for column in columns %}
        superseded.{{ column }},
        {%- endfor %}
        greatest(
            superseded.known_date,
            {{ ml_monitor.first_look_date('superseded.predicted_date') | indent(8) }}
        ) as known_date,
        superseded.superseded_date
    from {{ ref('int_ml_outcomes_superseded') }} as superseded
    {{ ml_monitor.in_dirty_days('superseded', 'predicted_date') if in_dirty_days }}
    where
        superseded.superseded_date > {{ ml_monitor.first_look_date('superseded.predicted_date') | indent(4) }}
        {%- if task is not none %}
        and superseded.task = '{{ task }}'
        {%- endif %}
{% endmacro %}


{#
    Whether what is known from known_date on, until superseded_date, is known before another date. As differences: two
    comparisons would be taken for a condition to join by, before the keys (DuckDB 2.0: 168 s instead of 1 s).
#}
{% macro is_known_before(rows_alias, date_expression) -%}
    {{ ml_monitor.days_between(rows_alias ~ '.known_date', date_expression) }} >= 0
        and coalesce({{ ml_monitor.days_between(date_expression, rows_alias ~ '.superseded_date') }} > 0, true)
{%- endmacro %}


{# Whether a share of labelled predictions is near enough to the one that comes in the end. #}
{% macro is_mature_coverage(label_coverage, final_coverage) -%}
    coalesce({{ label_coverage }} >= 0.95 * {{ final_coverage }}, false)
{%- endmacro %}
