{#
    The canonical names that a log's table can have under `columns:`, by task. No task: the names of every task (a
    prediction table with a task column holds several).
#}
{% macro known_columns(table_name, task) %}
    {%- set key = {'ranking': ['request_id', 'item_id'], none: ['prediction_id', 'request_id', 'item_id']}.get(task, ['prediction_id']) -%}
    {%- set said = {
        'binary_classification': ['score', 'predicted_label'],
        'multiclass_classification': ['predicted_label', 'score'],
        'regression': ['predicted_value', 'prediction_lower', 'prediction_upper', 'horizon', 'naive_value'],
        'ranking': ['rank', 'score'],
        none: ['score', 'predicted_label', 'predicted_value', 'prediction_lower', 'prediction_upper', 'horizon', 'naive_value', 'rank'],
    }[task] -%}
    {{ return({
        'predictions': ['model_id', 'model_version'] + key + ['predicted_at'] + said
                       + ['sample_weight', 'experiment_arm', 'pairing_id', 'loaded_at', 'task'],
        'outcomes': key + ['observed_at', 'actual', 'loaded_at'],
        'features': key + (['naive_value'] if task in ['regression', none] else []) + ['pairing_id', 'loaded_at'],
        'class_scores': ['model_id', 'model_version'] + key + ['class_label', 'class_score', 'loaded_at'],
    }[table_name]) }}
{% endmacro %}
