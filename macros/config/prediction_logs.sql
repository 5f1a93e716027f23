{#
    The declared prediction logs, checked and completed, as a list of
      {name, task, model_id, model_version, label_threshold, exact_row_limit, predictions, outcomes, features,
       class_scores, slices}
    where each table is {relation, columns} or none, `features` also has numeric and categorical, and each slice is
    {slot, slice_key, columns, table, is_protected}. What can be wrong without looking at a table is an error here;
    what needs the tables is checked by check_declarations at the start of a run.
#}
{% macro prediction_logs() %}
    {%- set logs = [] -%}
    {%- set names = [] -%}
    {%- for declared in ml_monitor.setting('prediction_logs') -%}
        {%- set log = ml_monitor._completed_log(declared, loop.index) -%}
        {%- if log.name in names -%}
            {{ ml_monitor.declaration_error(log.name, 'two prediction logs have this name; each needs its own') }}
        {%- endif -%}
        {%- do names.append(log.name) -%}
        {%- do logs.append(log) -%}
    {%- endfor -%}
    {{ return(logs) }}
{% endmacro %}


{% macro known_tasks() %}
    {{ return(['binary_classification', 'multiclass_classification', 'regression', 'ranking']) }}
{% endmacro %}


{% macro declaration_error(log_name, problem) %}
    {{ exceptions.raise_compiler_error("ml_monitor: prediction log '" ~ log_name ~ "': " ~ problem ~ ".") }}
{% endmacro %}


{% macro _completed_log(declared, position) %}
    {%- set name = declared.get('name') -%}
    {%- if not name -%}
        {{ ml_monitor.declaration_error('number ' ~ position, 'it has no name') }}
    {%- endif -%}
    {%- set allowed = ['name', 'task', 'model_id', 'model_version', 'label_threshold', 'exact_row_limit',
                       'predictions', 'outcomes', 'features', 'class_scores', 'slices', 'protected'] -%}
    {%- for key in declared if key not in allowed -%}
        {{ ml_monitor.declaration_error(name, "unknown entry '" ~ key ~ "'; known are " ~ allowed | join(', ')) }}
    {%- endfor -%}
    {%- if declared.get('task') not in ml_monitor.known_tasks() -%}
        {{ ml_monitor.declaration_error(name, "unknown task '" ~ declared.get('task') ~ "'; known are " ~ ml_monitor.known_tasks() | join(', ')) }}
    {%- endif -%}
    {%- set predictions = declared.get('predictions') -%}
    {%- if not predictions or not predictions.get('relation') -%}
        {{ ml_monitor.declaration_error(name, 'predictions: relation: is missing (a source as source.table, or the name of a model)') }}
    {%- endif -%}
    {%- set features = declared.get('features') or {} -%}
    {%- set numeric = features.get('numeric') or [] -%}
    {%- set categorical = features.get('categorical') or [] -%}
    {%- for feature in numeric if feature in categorical -%}
        {{ ml_monitor.declaration_error(name, "feature '" ~ feature ~ "' is both numeric and categorical") }}
    {%- endfor -%}
    {{ return({
        'name': name,
        'task': declared.get('task'),
        'model_id': declared.get('model_id'),
        'model_version': declared.get('model_version'),
        'label_threshold': declared.get('label_threshold', 0.5),
        'exact_row_limit': declared.get('exact_row_limit', ml_monitor.setting('exact_row_limit')),
        'predictions': ml_monitor._completed_table(predictions),
        'outcomes': ml_monitor._completed_table(declared.get('outcomes')),
        'class_scores': ml_monitor._completed_table(declared.get('class_scores')),
        'features': ml_monitor._completed_table(features),
        'numeric_features': numeric,
        'categorical_features': categorical,
        'slices': ml_monitor._completed_slices(name, declared, features),
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
    one is declared, else from the predictions; `predictions.channel` and `features.channel` say so outright.
#}
{% macro _completed_slices(log_name, declared, features) %}
    {%- set slices = [] -%}
    {%- set home = 'features' if features.get('relation') else 'predictions' -%}
    {%- for group, is_protected in [(declared.get('slices') or [], false), (declared.get('protected') or [], true)] -%}
        {%- for entry in group -%}
            {%- set columns = [entry] if entry is string else entry -%}
            {%- set places = [] -%}
            {%- set bare = [] -%}
            {%- for column in columns -%}
                {%- set parts = column.split('.') -%}
                {%- do places.append(parts[0] if parts | length > 1 else home) -%}
                {%- do bare.append(parts[-1]) -%}
            {%- endfor -%}
            {%- if places | unique | list | length > 1 or places[0] not in ['predictions', 'features'] -%}
                {{ ml_monitor.declaration_error(log_name, "slice '" ~ columns | join(', ') ~ "' must come from one table, predictions or features") }}
            {%- endif -%}
            {%- set key = bare | join(' x ') -%}
            {%- if key not in slices | map(attribute='slice_key') -%}
                {%- do slices.append({'slot': slices | length + 1, 'slice_key': key, 'columns': bare,
                                      'table': places[0], 'is_protected': is_protected}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if slices | length > ml_monitor.slice_slot_limit() -%}
        {{ ml_monitor.declaration_error(log_name, 'it declares ' ~ slices | length ~ ' slices and protected attributes; at most ' ~ ml_monitor.slice_slot_limit() ~ ' fit') }}
    {%- endif -%}
    {{ return(slices) }}
{% endmacro %}
