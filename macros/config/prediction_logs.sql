{#
    The declared prediction logs, checked and completed, as a list of
      {name, task, model_id, model_version, label_threshold, exact_row_limit, category_limit, predictions, outcomes, features,
       class_scores, numeric_features, categorical_features, importances, slices, feature_slices, correlations, baselines}
    where each table is {relation, columns} or none, the features are lists of columns, each slice is {slot,
    slice_key, columns, table, is_protected}, feature_slices are those by which features are counted too, and
    correlations are pairs of numeric features. What can be wrong without looking at a table is an error here, all of it
    at once; what needs the tables is checked by check_declarations at the start of a run.
#}
{% macro prediction_logs() %}
    {%- set declared_logs = ml_monitor.setting('prediction_logs') or [] -%}
    {%- set problems = ml_monitor._declaration_problems(declared_logs) -%}
    {%- if problems -%}
        {{ ml_monitor._raise_problems(problems) }}
    {%- endif -%}
    {%- set logs = [] -%}
    {%- for declared in declared_logs -%}
        {%- do logs.append(ml_monitor._completed_log(declared)) -%}
    {%- endfor -%}
    {{ return(logs) }}
{% endmacro %}


{% macro known_tasks() %}
    {{ return(['binary_classification', 'multiclass_classification', 'regression', 'ranking']) }}
{% endmacro %}


{# Whether the metrics with sample weights are measured for a log: it names the column. Ranking has none of them. #}
{% macro has_sample_weights(log) %}
    {{ return('sample_weight' in log.predictions.columns and log.task != 'ranking') }}
{% endmacro %}


{# The slice whose values are the arms of the log's experiment: the declared experiment_arm, listed among the slices; else none. #}
{% macro arm_slice_key(log) %}
    {%- set arm = log.predictions.columns.get('experiment_arm') -%}
    {%- for slice in log.slices if arm is not none and slice.table == 'predictions' and slice.columns == [arm] -%}
        {{ return(slice.slice_key) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}


{# What a window can be compared with, beside the windows that policy names. #}
{% macro known_baselines() %}
    {{ return(['reference', 'previous', 'trailing', 'same_weekday', 'same_season']) }}
{% endmacro %}


{% macro _completed_log(declared) %}
    {%- set features = declared.get('features') or {} -%}
    {%- set label_threshold = declared.get('label_threshold') -%}
    {%- set exact_row_limit = declared.get('exact_row_limit') -%}
    {%- set slices = ml_monitor._completed_slices(declared, features) -%}
    {{ return({
        'name': declared.get('name'),
        'task': declared.get('task'),
        'model_id': declared.get('model_id'),
        'model_version': declared.get('model_version'),
        'label_threshold': label_threshold if label_threshold is not none else 0.5,
        'exact_row_limit': exact_row_limit if exact_row_limit is not none else ml_monitor.setting('exact_row_limit'),
        'category_limit': declared.get('category_limit') or ml_monitor.setting('category_limit'),
        'predictions': ml_monitor._completed_table(declared.get('predictions')),
        'outcomes': ml_monitor._completed_table(declared.get('outcomes')),
        'class_scores': ml_monitor._completed_table(declared.get('class_scores')),
        'features': ml_monitor._completed_table(features),
        'numeric_features': features.get('numeric') or [],
        'categorical_features': features.get('categorical') or [],
        'importances': features.get('importances') or {},
        'slices': slices,
        'feature_slices': ml_monitor._feature_slices(slices, features.get('slices') or []),
        'correlations': ml_monitor._correlated_pairs(features),
        'baselines': declared.get('baselines') if declared.get('baselines') is not none else ml_monitor.setting('baselines'),
    }) }}
{% endmacro %}


{% macro _completed_table(declared) %}
    {%- if not declared or not declared.get('relation') -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return({'relation': declared.get('relation'), 'columns': declared.get('columns') or {}}) }}
{% endmacro %}


{#
    A slice is a column, or a list of columns whose values are combined. It is read from the features table where
    one is declared, else from the predictions; `predictions.channel` and `features.channel` say so outright. What is
    listed under both slices and protected is one slice, and protected.
#}
{% macro _completed_slices(declared, features) %}
    {%- set slices = [] -%}
    {%- set home = 'features' if features.get('relation') else 'predictions' -%}
    {%- for group, is_protected in [(declared.get('slices') or [], false), (declared.get('protected') or [], true)] -%}
        {%- for entry in group -%}
            {%- set columns = [entry] if entry is string else entry -%}
            {%- set bare = [] -%}
            {%- for column in columns -%}
                {%- do bare.append(column.split('.')[-1]) -%}
            {%- endfor -%}
            {%- set key = bare | join(' x ') -%}
            {%- set same = slices | selectattr('slice_key', 'equalto', key) | list -%}
            {%- if not same -%}
                {%- do slices.append({'slot': slices | length + 1, 'slice_key': key, 'columns': bare,
                                      'table': columns[0].split('.')[0] if '.' in columns[0] else home,
                                      'is_protected': is_protected}) -%}
            {%- elif is_protected -%}
                {%- do same[0].update({'is_protected': true}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(slices) }}
{% endmacro %}


{% macro _feature_slices(slices, requested) %}
    {%- set keys = [] -%}
    {%- for entry in requested -%}
        {%- do keys.append((entry if entry is string else entry | join(' x ')).split('.')[-1]) -%}
    {%- endfor -%}
    {{ return(slices | selectattr('slice_key', 'in', keys) | list) }}
{% endmacro %}


{#
    The pairs of numeric features whose correlation is followed: those that are declared, else all, as long as they are
    not more than the setting correlation_pair_limit: their number grows with the square of the features.
#}
{% macro _correlated_pairs(features) %}
    {%- set names = features.get('numeric') or [] -%}
    {%- set declared = features.get('correlations') -%}
    {%- if declared == 'none' -%}
        {{ return([]) }}
    {%- elif declared is not none and declared != 'all' -%}
        {{ return(declared) }}
    {%- endif -%}
    {%- set pairs = [] -%}
    {%- for first in names -%}
        {%- for second in names[loop.index:] -%}
            {%- do pairs.append([first, second]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs if declared == 'all' or pairs | length <= ml_monitor.setting('correlation_pair_limit') else []) }}
{% endmacro %}
