{#
    Configuration of a model that is replaced by whole days of one log:
        {{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
    of one that is replaced by whole windows, and of one by whole windows with their baselines. The dirty keys are
    deleted and written anew in one transaction, so a build can be killed and repeated.

    `without_outcomes` is for models that read no outcomes: days to which only outcomes came stay as they are. What fills
    such a model has to leave them out too (in_dirty_days, due_bin_days). `with_changed_values` is the same for windows.
#}
{% macro replaced_by_day(date_column, without_outcomes=false) %}
    {%- set condition = 'dirty.has_changed_rows' if without_outcomes else none -%}
    {{ return(ml_monitor._replaced_by('int_ml_dirty_days', {'log_name': 'log_name', date_column: 'dirty_date'}, condition)) }}
{% endmacro %}


{% macro replaced_by_window(with_changed_values=false) %}
    {%- set condition = 'dirty.has_changed_values' if with_changed_values else none -%}
    {{ return(ml_monitor._replaced_by_window('int_ml_dirty_windows', condition=condition)) }}
{% endmacro %}


{% macro replaced_by_comparison() %}
    {{ return(ml_monitor._replaced_by_window('int_ml_dirty_comparisons')) }}
{% endmacro %}


{% macro replaced_by_known_window() %}
    {{ return(ml_monitor._replaced_by_window('int_ml_dirty_known_windows')) }}
{% endmacro %}


{# Of the mart of drift verdicts: by whole windows of a model. #}
{% macro replaced_by_drift_due() %}
    {{ return(ml_monitor._replaced_by_window('int_ml_drift_due', first_key='model_id')) }}
{% endmacro %}


{% macro _replaced_by_window(dirty_model, first_key='log_name', condition=none) %}
    {%- set keys = {first_key: first_key, 'granularity': 'granularity', 'window_start': 'window_start'} -%}
    {{ return(ml_monitor._replaced_by(dirty_model, keys, condition)) }}
{% endmacro %}


{% macro _replaced_by(dirty_model, join_columns, condition=none) %}
    {%- set settings = {
        'materialized': 'incremental',
        'incremental_strategy': ml_monitor.replacement_strategy(),
        'on_schema_change': 'fail',
        'pre_hook': "{{ ml_monitor.clear_dirty('" ~ dirty_model ~ "', " ~ tojson(join_columns) ~ ", " ~ tojson(condition or '') ~ ") }}",
    } -%}
    {%- do settings.update(ml_monitor.replacement_partitions(join_columns | list)) -%}
    {{ return(settings) }}
{% endmacro %}
